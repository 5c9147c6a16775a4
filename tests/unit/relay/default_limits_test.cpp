// The relay's rates and quotas as they are unless an operator says otherwise: the design's section
// 7, at each edge from both sides.
#include "chat.hpp"

using namespace tern;
using namespace tern::relay;
using namespace tern::relay::test;

namespace {

/// Anna, who asks, and Bo, who is there.
struct DefaultLimitsPair {
  DefaultLimitsPair() : anna(world.make_device()), bo(world.make_device()) {
    at_anna = world.online(anna);
    world.online(bo);
  }
  World world;
  Device anna, bo;
  ConnectionId at_anna = 0;
};

}  // namespace

TEST_CASE("a device may append two hundred times at once, then twenty times a second") {
  DefaultLimitsPair pair;
  auto& world = pair.world;
  const auto chat = create_chat(world, pair.at_anna, {pair.bo.id});
  world.pass_ms(1'000);
  for (int i = 0; i < 200; ++i) append_message(world, pair.at_anna, chat.log);
  const auto text = message(world);
  const auto append = append_of(chat.log, 1, {text});
  const auto refused = as<wire::Refused>(world.ask(pair.at_anna, append));
  CHECK(refused.code == Errc::rate_limited);
  CHECK(refused.retry_after_ms == 50);
  world.pass_ms(49);
  CHECK(refusal(world.ask(pair.at_anna, append)) == Errc::rate_limited);
  world.pass_ms(1);
  as<wire::Appended>(world.ask(pair.at_anna, append));
  world.pass_ms(1'000);
  for (int i = 0; i < 20; ++i) append_message(world, pair.at_anna, chat.log);
  CHECK(refusal(world.ask(pair.at_anna, append_of(chat.log, 1, {message(world)}))) ==
        Errc::rate_limited);
}

TEST_CASE("a device may claim key packages ten times a minute") {
  DefaultLimitsPair pair;
  wire::ClaimKeyPackages claim;
  claim.accounts = {pair.bo.account};
  for (int i = 0; i < 10; ++i) as<wire::Claimed>(pair.world.ask(pair.at_anna, claim));
  CHECK(refusal(pair.world.ask(pair.at_anna, claim)) == Errc::rate_limited);
  pair.world.pass_ms(6'000);
  as<wire::Claimed>(pair.world.ask(pair.at_anna, claim));
  CHECK(refusal(pair.world.ask(pair.at_anna, claim)) == Errc::rate_limited);
}

TEST_CASE("an inbox holds a thousand unread Welcomes, and takes one more when one was read") {
  RelayLimits many_commits;
  many_commits.append_burst = 1'000;
  World world(many_commits);
  const auto bo = world.make_device();
  const auto at_bo = world.online(bo);
  const auto welcome_from = [&](ConnectionId author) {
    const auto first = write(world, wire::EntryKind::commit, "c", adding({bo.id}));
    wire::CreateLog request;
    request.log = world.random<LogId>();
    request.first = first.entry;
    const std::vector<DeviceId> welcomed = {bo.id};
    request.welcomes = welcomes_for(welcomed, as_bytes("info"));
    return as<wire::Appended>(world.ask(author, request)).inbox_full.empty();
  };
  std::vector<Device> authors;
  for (int i = 0; i < 5; ++i) authors.push_back(world.make_device());
  std::size_t taken = 0;
  for (int author = 0; author < 4; ++author) {
    const auto at_author = world.online(authors[static_cast<std::size_t>(author)]);
    for (int i = 0; i < 250; ++i) taken += welcome_from(at_author) ? 1 : 0;
  }
  CHECK(taken == 1'000);
  const auto at_fifth = world.online(authors[4]);
  CHECK_FALSE(welcome_from(at_fifth));
  as<wire::Done>(world.ask(at_bo, wire::Ack{{{bo.inbox, 1, {}}}}));
  world.settle();
  CHECK(welcome_from(at_fifth));
  CHECK_FALSE(welcome_from(at_fifth));
}
