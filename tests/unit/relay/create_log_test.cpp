#include "chat.hpp"

using namespace tern;
using namespace tern::relay;
using namespace tern::relay::test;

namespace {

wire::CreateLog creation(const LogId& log, const Written& first) {
  wire::CreateLog out;
  out.log = log;
  out.first = first.entry;
  return out;
}

wire::InboxWelcome welcome_in(const wire::Entry& entry) {
  REQUIRE(entry.kind == wire::EntryKind::welcome);
  return wire::decode_inbox_welcome(entry.payload).value();
}

}  // namespace

TEST_CASE("a new chat's Welcome is in the other's inbox and names where to start") {
  AnnaAndBo pair;
  const auto chat = create_chat(pair.world, pair.at_anna, {pair.bo.id});
  const auto pushed = pair.world.pushed_entries(pair.at_bo, pair.bo.inbox);
  REQUIRE(pushed.size() == 1);
  CHECK(pushed[0].seq == 1);
  const auto welcome = welcome_in(pushed[0]);
  CHECK(welcome.log == chat.log);
  CHECK(welcome.commit_seq == 1);
  CHECK(as_text(welcome.group_info) == "group info");
  CHECK(to_bytes(welcome.group_secrets) == to_bytes(pair.bo.id));
  // The joiner's cursor: the log's running hash at the commit.
  const auto resumed = as<wire::Resumed>(pair.world.ask(
      pair.at_bo, wire::Resume{wire::protocol_version, 0, {{chat.log, 1, welcome.hash}}}));
  REQUIRE(resumed.logs.size() == 2);
  CHECK(resumed.logs[1].head == 1);
  CHECK(resumed.logs[1].hash_matches);
}

TEST_CASE("the creator is told of its own first commit, without the payload") {
  AnnaAndBo pair;
  const auto chat = create_chat(pair.world, pair.at_anna, {pair.bo.id});
  const auto own = pair.world.pushed_entries(pair.at_anna, chat.log);
  REQUIRE(own.size() == 1);
  CHECK(own[0].id == chat.first.entry.id);
  CHECK(own[0].own);
  CHECK(own[0].payload.empty());
}

TEST_CASE("one who joins is not given the commit that added it, but what follows") {
  AnnaAndBo pair;
  const auto chat = create_chat(pair.world, pair.at_anna, {pair.bo.id});
  CHECK(append_message(pair.world, pair.at_anna, chat.log) == 2);
  const auto pushed = pair.world.pushed_entries(pair.at_bo, chat.log);
  REQUIRE(pushed.size() == 1);
  CHECK(pushed[0].seq == 2);
}

TEST_CASE("an offline device finds its Welcome when it comes") {
  AnnaAndBo pair;
  pair.world.disconnect(pair.at_bo);
  const auto chat = create_chat(pair.world, pair.at_anna, {pair.bo.id});
  const auto connection = pair.world.connect(pair.bo);
  const auto resumed = as<wire::Resumed>(pair.world.ask(connection, wire::Resume{}));
  REQUIRE(resumed.logs.size() == 2);
  CHECK(resumed.logs[0].log == pair.bo.inbox);
  CHECK(resumed.logs[0].head == 1);
  CHECK(resumed.logs[1].log == chat.log);
  CHECK(welcome_in(read_from(pair.world, connection, pair.bo.inbox).entries.at(0)).log == chat.log);
}

TEST_CASE("only one of the two may create a one-to-one chat, and only under its own id") {
  AnnaAndBo pair;
  const auto mallory = pair.world.make_device();
  const auto at_mallory = pair.world.online(mallory);
  const auto log = crypto::pair_log_id(pair.anna.account, pair.bo.account);
  const auto first = write(pair.world, wire::EntryKind::commit, "c", adding({pair.bo.id}));
  auto request = creation(log, first);
  request.pair = {pair.anna.account, pair.bo.account};
  CHECK(refusal(pair.world.ask(at_mallory, request)) == Errc::not_member);
  auto elsewhere = request;
  elsewhere.log = pair.world.random<LogId>();
  CHECK(refusal(pair.world.ask(pair.at_anna, elsewhere)) == Errc::malformed);
  as<wire::Appended>(pair.world.ask(pair.at_anna, request));
}

TEST_CASE("nobody makes a group under the id of a chat of two or of an inbox") {
  AnnaAndBo pair;
  const auto mallory = pair.world.make_device();
  const auto cleo = pair.world.make_device();
  const auto at_mallory = pair.world.online(mallory);
  const auto log = crypto::pair_log_id(pair.anna.account, pair.bo.account);
  const auto first = write(pair.world, wire::EntryKind::commit, "c");
  CHECK(refusal(pair.world.ask(at_mallory, creation(log, first))) == Errc::malformed);
  CHECK(refusal(pair.world.ask(at_mallory, creation(cleo.inbox, first))) == Errc::malformed);
  CHECK(refusal(pair.world.ask(pair.at_anna, creation(log, first))) == Errc::malformed);
  pair.world.online(cleo);
  create_chat(pair.world, pair.at_anna, {cleo.id});
}

TEST_CASE("when both create their chat at the same moment the first is taken") {
  AnnaAndBo pair;
  const auto log = crypto::pair_log_id(pair.anna.account, pair.bo.account);
  const auto by_anna = write(pair.world, wire::EntryKind::commit, "a", adding({pair.bo.id}));
  const auto by_bo = write(pair.world, wire::EntryKind::commit, "b", adding({pair.anna.id}));
  auto from_anna = creation(log, by_anna);
  auto from_bo = creation(log, by_bo);
  from_anna.pair = from_bo.pair = {pair.anna.account, pair.bo.account};
  const auto first = pair.world.send(pair.at_anna, from_anna);
  const auto second = pair.world.send(pair.at_bo, from_bo);
  pair.world.run();
  CHECK(as<wire::Appended>(pair.world.answer_to(pair.at_anna, first)).first_seq == 1);
  CHECK(refusal(pair.world.answer_to(pair.at_bo, second)) == Errc::log_exists);
}

TEST_CASE("creating the same log again after a lost answer is answered like the first time") {
  AnnaAndBo pair;
  const auto log = pair.world.random<LogId>();
  const auto first = write(pair.world, wire::EntryKind::commit, "c", adding({pair.bo.id}));
  as<wire::Appended>(pair.world.ask(pair.at_anna, creation(log, first)));
  const auto again = as<wire::Appended>(pair.world.ask(pair.at_anna, creation(log, first)));
  CHECK(again.first_seq == 1);
  CHECK(again.head == 1);
}

TEST_CASE("a first entry that is no commit of this id creates nothing") {
  AnnaAndBo pair;
  const auto log = pair.world.random<LogId>();
  const auto text = message(pair.world);
  CHECK(refusal(pair.world.ask(pair.at_anna, creation(log, text))) == Errc::malformed);
  auto renamed = write(pair.world, wire::EntryKind::commit, "c", adding({pair.bo.id}));
  renamed.entry.id = pair.world.random<EntryId>();
  CHECK(refusal(pair.world.ask(pair.at_anna, creation(log, renamed))) == Errc::header_mismatch);
  auto unreadable = write(pair.world, wire::EntryKind::commit, "c", adding({pair.bo.id}));
  unreadable.entry.payload = as_bytes("not MLS");
  CHECK(refusal(pair.world.ask(pair.at_anna, creation(log, unreadable))) == Errc::malformed);
  CHECK(refusal(pair.world.ask(pair.at_anna, wire::Read{log})) == Errc::not_member);
}

TEST_CASE("a Welcome goes only to a device that the commit adds") {
  AnnaAndBo pair;
  const auto mallory = pair.world.make_device();
  pair.world.online(mallory);
  const auto first = write(pair.world, wire::EntryKind::commit, "c", adding({pair.bo.id}));
  auto request = creation(pair.world.random<LogId>(), first);
  const std::vector<DeviceId> wrong = {mallory.id};
  request.welcomes = welcomes_for(wrong, as_bytes("info"));
  CHECK(refusal(pair.world.ask(pair.at_anna, request)) == Errc::access_change_invalid);
  const std::vector<DeviceId> twice = {pair.bo.id, pair.bo.id};
  request.welcomes = welcomes_for(twice, as_bytes("info"));
  CHECK(refusal(pair.world.ask(pair.at_anna, request)) == Errc::access_change_invalid);
}

TEST_CASE("a full inbox fails its device, not the request") {
  RelayLimits limits;
  limits.inbox_welcomes_max = 2;
  World world(limits);
  const auto anna = world.make_device();
  const auto bo = world.make_device();
  const auto cleo = world.make_device();
  const auto at_anna = world.online(anna);
  const auto at_bo = world.online(bo);
  const auto at_cleo = world.online(cleo);
  create_chat(world, at_anna, {bo.id});
  create_chat(world, at_cleo, {bo.id});

  const std::vector<DeviceId> both = {bo.id, cleo.id};
  const auto first = write(world, wire::EntryKind::commit, "c", adding(both));
  auto request = creation(world.random<LogId>(), first);
  request.welcomes = welcomes_for(both, as_bytes("info"));
  const auto appended = as<wire::Appended>(world.ask(at_anna, request));
  CHECK(appended.inbox_full == std::vector<DeviceId>{bo.id});
  CHECK(world.pushed_entries(at_cleo, cleo.inbox).size() == 1);

  // Reading them makes room.
  as<wire::Done>(world.ask(at_bo, wire::Ack{{{bo.inbox, 2, {}}}}));
  world.settle();
  create_chat(world, at_anna, {bo.id});
  CHECK(read_from(world, at_bo, bo.inbox, 3).entries.size() == 1);
}

TEST_CASE("one author fills no more than a quarter of an inbox") {
  RelayLimits limits;
  limits.inbox_welcomes_max = 8;
  World world(limits);
  const auto mallory = world.make_device();
  const auto anna = world.make_device();
  const auto bo = world.make_device();
  const auto at_mallory = world.online(mallory);
  const auto at_anna = world.online(anna);
  const auto at_bo = world.online(bo);
  const std::vector<DeviceId> only_bo = {bo.id};
  const auto add_bo = [&](ConnectionId from) {
    const auto first = write(world, wire::EntryKind::commit, "c", adding(only_bo));
    auto request = creation(world.random<LogId>(), first);
    request.welcomes = welcomes_for(only_bo, as_bytes("info"));
    return as<wire::Appended>(world.ask(from, request)).inbox_full.empty();
  };
  CHECK(add_bo(at_mallory));
  CHECK(add_bo(at_mallory));
  CHECK_FALSE(add_bo(at_mallory));
  CHECK(add_bo(at_anna));
  as<wire::Done>(world.ask(at_bo, wire::Ack{{{bo.inbox, 1, {}}}}));
  world.settle();
  CHECK(add_bo(at_mallory));
  CHECK_FALSE(add_bo(at_mallory));
}

TEST_CASE("a Welcome that its owner could not read is refused, and nobody's upkeep stops") {
  AnnaAndBo pair;
  const std::vector<DeviceId> added = {pair.bo.id};
  const auto first = write(pair.world, wire::EntryKind::commit, "c", adding(added));
  auto request = creation(pair.world.random<LogId>(), first);
  std::string large(limits::welcome_bytes_max - wire::inbox_welcome_overhead_bytes - 10, 's');
  request.welcomes = welcomes_for(added, as_bytes("0123456789"));
  request.welcomes.devices[0].group_secrets = as_bytes(large);
  SECTION("it is over what an entry may hold") {
    large += 's';
    request.welcomes.devices[0].group_secrets = as_bytes(large);
    const auto before = pair.world.disk.dump();
    CHECK(refusal(pair.world.ask(pair.at_anna, request)) == Errc::entry_too_large);
    CHECK(pair.world.disk.dump() == before);
  }
  SECTION("the largest is read and forgotten") {
    as<wire::Appended>(pair.world.ask(pair.at_anna, request));
    const auto entries = read_from(pair.world, pair.at_bo, pair.bo.inbox).entries;
    CHECK(welcome_in(entries.at(0)).group_secrets.size() == large.size());
    as<wire::Done>(pair.world.ask(pair.at_bo, wire::Ack{{{pair.bo.inbox, 1, {}}}}));
    pair.world.settle();
    CHECK(refusal(pair.world.ask(pair.at_bo, wire::Read{pair.bo.inbox})) == Errc::log_pruned);
  }
}

TEST_CASE("a large GroupInfo for two is stored once, and read rather than pushed") {
  World world;
  const auto anna = world.make_device();
  const auto bo = world.make_device();
  const auto cleo = world.make_device();
  const auto at_anna = world.online(anna);
  const auto at_bo = world.online(bo);
  const auto at_cleo = world.online(cleo);
  const std::vector<DeviceId> added = {bo.id, cleo.id};
  const std::string group_info(800'000, 'g');
  const auto used_before = world.disk.bytes_used();
  const auto first = write(world, wire::EntryKind::commit, "c", adding(added));
  auto request = creation(world.random<LogId>(), first);
  request.welcomes = welcomes_for(added, as_bytes(group_info));
  as<wire::Appended>(world.ask(at_anna, request));
  CHECK(world.disk.bytes_used() - used_before < group_info.size() * 5 / 4);
  for (const auto& [connection, device] : {std::pair(at_bo, bo.inbox), {at_cleo, cleo.inbox}}) {
    const auto pushes = world.pushes(connection);
    REQUIRE(pushes.size() == 1);
    CHECK(std::get<wire::Notice>(pushes[0]).log.log == device);
    const auto entries = read_from(world, connection, device).entries;
    CHECK(welcome_in(entries.at(0)).group_info.size() == group_info.size());
    as<wire::Done>(world.ask(connection, wire::Ack{{{device, 1, {}}}}));
  }
  world.settle();
  CHECK(world.disk.bytes_used() - used_before < group_info.size() / 4);
}

TEST_CASE("many Welcomes share one GroupInfo, which goes with the last of them") {
  World world;
  const auto anna = world.make_device();
  const auto at_anna = world.online(anna);
  std::vector<Device> others;
  std::vector<DeviceId> added;
  for (int i = 0; i < 65; ++i) {
    others.push_back(world.make_device());
    added.push_back(others.back().id);
    world.disconnect(world.online(others.back()));
  }
  const std::string group_info(20'000, 'g');
  const auto used_before = world.disk.bytes_used();
  const auto first = write(world, wire::EntryKind::commit, "c", adding(added));
  auto request = creation(world.random<LogId>(), first);
  request.welcomes = welcomes_for(added, as_bytes(group_info));
  as<wire::Appended>(world.ask(at_anna, request));
  CHECK(world.disk.bytes_used() - used_before < 3 * group_info.size());

  for (const auto& device : others) {
    const auto connection = world.resume(device);
    const auto entries = read_from(world, connection, device.inbox).entries;
    REQUIRE(entries.size() == 1);
    const auto welcome = welcome_in(entries[0]);
    CHECK(as_text(welcome.group_info) == group_info);
    CHECK(to_bytes(welcome.group_secrets) == to_bytes(device.id));
    as<wire::Done>(world.ask(connection, wire::Ack{{{device.inbox, 1, {}}}}));
    world.disconnect(connection);
  }
  world.settle();
  CHECK(world.disk.bytes_used() - used_before < group_info.size());
}

TEST_CASE("nobody reads another's inbox or writes into any") {
  AnnaAndBo pair;
  create_chat(pair.world, pair.at_anna, {pair.bo.id});
  CHECK(refusal(pair.world.ask(pair.at_anna, wire::Read{pair.bo.inbox})) == Errc::not_member);
  const auto text = message(pair.world);
  CHECK(refusal(pair.world.ask(pair.at_bo, append_of(pair.bo.inbox, 0, {text}))) ==
        Errc::not_member);
}
