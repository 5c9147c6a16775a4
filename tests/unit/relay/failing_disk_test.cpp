#include "chat.hpp"

using namespace tern;
using namespace tern::relay;
using namespace tern::relay::test;

namespace {

struct FailingDiskTalk {
  World world;
  Device anna = world.make_device();
  Device bo = world.make_device();
  ConnectionId at_anna = world.online(anna);
  ConnectionId at_bo = world.online(bo);
  Chat chat = create_chat(world, at_anna, {bo.id});
  LogId log = chat.log;
};

}  // namespace

TEST_CASE("a full disk refuses every request of the batch and changes nothing") {
  FailingDiskTalk talk;
  talk.world.pushes(talk.at_bo);
  talk.world.disk.set_capacity(talk.world.disk.bytes_used() + 100);
  const auto before = talk.world.disk.dump();
  const auto text = message(talk.world, std::string(1'000, 'x'));
  const auto append = talk.world.send(talk.at_anna, append_of(talk.log, 1, {text}));
  const auto ping = talk.world.send(talk.at_bo, wire::Ping{});
  talk.world.run();
  CHECK(refusal(talk.world.answer_to(talk.at_anna, append)) == Errc::storage_full);
  CHECK(refusal(talk.world.answer_to(talk.at_bo, ping)) == Errc::storage_full);
  CHECK(talk.world.disk.dump() == before);
  CHECK(talk.world.pushes(talk.at_bo).empty());

  talk.world.disk.set_capacity(UINT64_MAX);
  CHECK(
      as<wire::Appended>(talk.world.ask(talk.at_anna, append_of(talk.log, 1, {text}))).first_seq ==
      2);
  CHECK(talk.world.pushed_entries(talk.at_bo, talk.log).size() == 1);
}

TEST_CASE("a disk that fails at any write of an append leaves the log as it was") {
  for (std::uint64_t write = 1; write < 12; ++write) {
    FailingDiskTalk talk;
    talk.world.pushes(talk.at_bo);
    talk.world.disk.fail_at(talk.world.disk.operations() + write);
    const auto change = tern::relay::test::write(talk.world, wire::EntryKind::commit, "c",
                                                 adding({talk.bo.id}, {talk.bo.id}));
    const auto text = message(talk.world);
    auto request = append_of(talk.log, 1, {change, text});
    const std::vector<DeviceId> welcomed = {talk.bo.id};
    request.welcomes = {welcomes_for(welcomed, as_bytes("info"))};
    const auto answer = talk.world.ask(talk.at_anna, request);
    const bool failed = talk.world.disk.failed();
    talk.world.disk.fail_at(std::nullopt);
    if (!failed) {
      as<wire::Appended>(answer);
      break;
    }
    CHECK(refusal(answer) == Errc::storage_io);
    CHECK(talk.world.pushes(talk.at_bo).empty());
    CHECK(read_from(talk.world, talk.at_bo, talk.log).head == 1);
    CHECK(read_from(talk.world, talk.at_bo, talk.bo.inbox).head == 1);
    // Nor in memory: the same goes through now.
    CHECK(as<wire::Appended>(talk.world.ask(talk.at_anna, request)).first_seq == 2);
  }
}

TEST_CASE("a commit that was kept though it failed is not doubled by its repetition") {
  FailingDiskTalk talk;
  const auto text = message(talk.world);
  const auto request = append_of(talk.log, 1, {text});
  auto probe = talk.world.disk.operations();
  append_message(talk.world, talk.at_anna, talk.log);
  const auto operations = talk.world.disk.operations() - probe;
  talk.world.disk.fail_at(talk.world.disk.operations() + operations, Errc::storage_io,
                          store::CommitOutcome::kept);
  CHECK(refusal(talk.world.ask(talk.at_anna, request)) == Errc::storage_io);
  talk.world.disk.fail_at(std::nullopt);
  const auto again = as<wire::Appended>(talk.world.ask(talk.at_anna, request));
  CHECK(again.first_seq == 3);
  CHECK(again.head == 3);
}

TEST_CASE("a batch that outgrows the map runs again and happens once") {
  FailingDiskTalk talk;
  talk.world.pushes(talk.at_bo);
  const auto third = talk.world.make_device();
  const auto connection = talk.world.connect(third);
  const auto registered = talk.world.send(connection, Registration(third).request());
  const auto reserved = talk.world.send(talk.at_bo, wire::Reserve{talk.log});
  const auto text = message(talk.world);
  const auto appended = talk.world.send(talk.at_anna, append_of(talk.log, 1, {text}));
  const auto lines = talk.world.log.size();
  talk.world.disk.fail_at(talk.world.disk.operations() + 5, Errc::storage_map_full);
  talk.world.run();
  CHECK(as<wire::Registered>(talk.world.answer_to(connection, registered)).device == third.id);
  as<wire::Done>(talk.world.answer_to(talk.at_bo, reserved));
  CHECK(as<wire::Appended>(talk.world.answer_to(talk.at_anna, appended)).first_seq == 2);
  CHECK(talk.world.pushed_entries(talk.at_bo, talk.log).size() == 1);
  CHECK(talk.world.core->statistics().entries_stored == 3);
  CHECK(talk.world.log.size() == lines + 1);
}

TEST_CASE("a relay killed between batches goes on where it was") {
  FailingDiskTalk talk;
  for (int i = 0; i < 5; ++i) {
    append_message(talk.world, talk.at_anna, talk.log);
    talk.world.restart();
    talk.at_anna = talk.world.resume(talk.anna);
    talk.at_bo = talk.world.resume(talk.bo);
  }
  const auto entries = read_from(talk.world, talk.at_bo, talk.log).entries;
  REQUIRE(entries.size() == 6);
  for (std::size_t i = 0; i < entries.size(); ++i) CHECK(entries[i].seq == i + 1);
}

TEST_CASE("on a full disk what everybody has read makes room for what is new") {
  FailingDiskTalk talk;
  const std::string large(200'000, 'x');
  for (int i = 0; i < 10; ++i) append_message(talk.world, talk.at_anna, talk.log, large);
  as<wire::Done>(talk.world.ask(talk.at_anna, wire::Ack{{{talk.log, 11, {}}}}));
  as<wire::Done>(talk.world.ask(talk.at_bo, wire::Ack{{{talk.log, 11, {}}}}));
  talk.world.disk.set_capacity(talk.world.disk.bytes_used() + 1'000);
  talk.world.pass_ms(1'000);
  const auto text = message(talk.world, large);
  const auto request = append_of(talk.log, 1, {text});
  CHECK(refusal(talk.world.ask(talk.at_anna, request)) == Errc::storage_full);
  CHECK(as<wire::Appended>(talk.world.ask(talk.at_anna, request)).first_seq == 12);
}

TEST_CASE("acks that could not be written are written later") {
  FailingDiskTalk talk;
  as<wire::Done>(talk.world.ask(talk.at_bo, wire::Ack{{{talk.log, 1, {}}}}));
  as<wire::Done>(talk.world.ask(talk.at_anna, wire::Ack{{{talk.log, 1, {}}}}));
  talk.world.disk.fail_at(talk.world.disk.operations() + 1);
  talk.world.pass_ms(1'000);
  talk.world.run();
  CHECK(talk.world.core->next_deadline() > talk.world.now.mono_ms);
  talk.world.disk.fail_at(std::nullopt);
  talk.world.settle();
  CHECK(refusal(talk.world.ask(talk.at_bo, wire::Read{talk.log})) == Errc::log_pruned);
}

TEST_CASE("a batch that only reads does not touch the disk") {
  FailingDiskTalk talk;
  const auto operations = talk.world.disk.operations();
  read_from(talk.world, talk.at_bo, talk.log);
  as<wire::Done>(talk.world.ask(talk.at_bo, wire::Ping{}));
  CHECK(talk.world.disk.operations() == operations);
}
