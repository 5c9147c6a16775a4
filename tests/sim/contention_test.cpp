// Many devices that commit at once (design §4: "after two Stales a device holds a 2 s
// reservation").
#include <catch2/catch.hpp>
#include <set>

#include "sim/frame_edits.hpp"
#include "sim/ledger.hpp"
#include "sim/recovery.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

/// What eight devices ask of the relay while all of them commit.
struct Contention {
  explicit Contention(World& world) {
    world.relay().on_frame_from_device = [this](Device& device, Bytes& frame) {
      reserved += count_requests<wire::Reserve>(frame);
      edit_request<wire::Append>(frame, [&](wire::Append& append) {
        if (append.entries.front().kind == wire::EntryKind::commit) ++attempts[device.name()];
      });
      return true;
    };
    world.relay().on_frame_to_device = [this](Device& device, Bytes& frame) {
      edit_answer<wire::Refused>(frame, [&](wire::Refused& refused) {
        if (refused.code == Errc::stale) ++stales[device.name()];
      });
      return true;
    };
  }
  std::size_t reserved = 0;
  std::map<std::string, std::size_t> attempts;
  std::map<std::string, std::size_t> stales;
};

}  // namespace

TEST_CASE("eight who commit at the same moment all have their say within a minute") {
  for (std::uint64_t seed = 900; seed < 910; ++seed) {
    INFO("seed " << seed);
    World world(seed);
    const auto people = add_people(world, {"anna", "bo", "cem", "dora", "ed", "fay", "gus", "hal"});
    const auto chat = make_group(world, people);
    Ledger ledger(chat);
    ledger.send(*people[0], "the turn changes");
    REQUIRE(world.settle());
    world.run_for(90'000);
    Contention contention(world);
    world.weather() = {.delay_min_ms = 20, .delay_max_ms = 25};
    for (auto* person : people) ledger.send(*person, person->name() + " with a commit");
    const auto began = world.now().mono_ms;
    REQUIRE(world.settle(120'000));
    CHECK(world.now().mono_ms - began < 60'000);
    for (auto* person : people) CHECK(contention.stales[person->name()] <= 8);
    world.relay().on_frame_from_device = nullptr;
    world.relay().on_frame_to_device = nullptr;
    world.run_for(10'000);
    REQUIRE(world.settle());
    CHECK(ledger.verdict(world) == "");
  }
}

TEST_CASE("who is overtaken twice holds the log for the third commit, and others' wait for it") {
  World world(920);
  const auto people = add_people(world, {"anna", "bo", "cem", "dora"});
  const auto chat = make_group(world, people);
  auto& anna = *people[0];
  people[1]->send(chat, "the turn changes");
  REQUIRE(world.settle());
  world.run_for(90'000);
  std::vector<std::string> asked;
  std::size_t overtaken = 0;
  world.relay().on_frame_from_device = [&](Device& device, Bytes& frame) {
    if (count_requests<wire::Reserve>(frame) != 0) asked.push_back(device.name() + " reserves");
    bool commits = false;
    std::uint32_t id = 0;
    auto decoded = wire::decode_request(frame).value();
    if (auto* request = std::get_if<wire::RequestFrame>(&decoded)) {
      id = request->id;
      const auto* append = std::get_if<wire::Append>(&request->request);
      commits = append && append->entries.front().kind == wire::EntryKind::commit;
    }
    if (!commits) return true;
    asked.push_back(device.name() + " commits");
    if (&device != &anna || overtaken == 2) return true;
    // As if somebody else's handshake had come first.
    ++overtaken;
    wire::Refused stale;
    stale.code = Errc::stale;
    device.engine().receive(world.now(), wire::encode(wire::AnswerFrame{id, stale}));
    device.run_outputs();
    return false;
  };
  Outcome removed;
  remove(world, anna, chat, *people[3], removed);
  REQUIRE(world.run_until([&] { return !asked.empty() && asked.back() == "anna reserves"; }));
  // From now on somebody else's commit waits.
  people[2]->send(chat, "with a commit");
  REQUIRE(world.settle());
  world.relay().on_frame_from_device = nullptr;
  REQUIRE(removed.result);
  CHECK(removed.result->has_value());
  const std::vector<std::string> first = {"anna commits", "anna commits", "anna reserves"};
  REQUIRE(asked.size() > 4);
  CHECK(std::vector(asked.begin(), asked.begin() + 3) == first);
  CHECK(std::count(asked.begin(), asked.end(), "anna commits") == 3);
  CHECK(count_text(*people[1], chat, "with a commit") == 1);
}

// The relay takes the other's first, pushes it, and only then comes to this one's.
TEST_CASE(
    "who is told too late that another came first, when it has read that, writes again at once") {
  World world(930);
  const auto people = add_people(world, {"anna", "bo", "cem"});
  const auto chat = make_group(world, people);
  auto &anna = *people[0], &bo = *people[1];
  world.run_for(90'000);
  const auto epoch = bo.info(chat).epoch;
  Bytes held;
  std::int64_t refused_ms = 0, again_ms = 0;
  world.relay().on_frame_from_device = [&](Device& device, Bytes& frame) {
    if (&device != &bo || count_requests<wire::Append>(frame) == 0) return true;
    if (refused_ms > 0 && again_ms == 0) again_ms = world.now().mono_ms;
    if (held.empty()) held = frame;
    return bo.info(chat).epoch > epoch;
  };
  world.relay().on_frame_to_device = [&](Device& device, Bytes& frame) {
    edit_answer<wire::Refused>(frame, [&](wire::Refused& refused) {
      if (&device == &bo && refused.code == Errc::stale) refused_ms = world.now().mono_ms;
    });
    return true;
  };
  bo.send(chat, "in the epoch before");
  Outcome removed;
  remove(world, anna, chat, *people[2], removed);
  REQUIRE(world.run_until([&] { return bo.info(chat).epoch > epoch; }));
  bo.link()->to_relay(held);
  REQUIRE(world.run_until([&] { return again_ms > 0; }));
  CHECK(again_ms - refused_ms < 500);
  REQUIRE(world.settle());
  CHECK(count_text(anna, chat, "in the epoch before") == 1);
}
