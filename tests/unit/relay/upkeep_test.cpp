#include "relay/upkeep.hpp"

#include "chat.hpp"
#include "relay/kv_log_store.hpp"

using namespace tern;
using namespace tern::relay;
using namespace tern::relay::test;

namespace {

constexpr std::int64_t day_ms = 86'400'000;

struct UpkeepTalk : Talk {
  void ack(ConnectionId connection, std::uint64_t seq) {
    as<wire::Done>(world.ask(connection, wire::Ack{{{log, seq, {}}}}));
  }
  wire::LogHead head(ConnectionId connection) {
    return as<wire::Resumed>(world.ask(connection, wire::Resume{})).logs.at(1);
  }
};

}  // namespace

TEST_CASE("an ack is written within a second, without waiting for the disk") {
  UpkeepTalk talk;
  append_message(talk.world, talk.at_anna, talk.log);
  const auto syncs = talk.world.syncs();
  const auto commits = talk.world.commits();
  talk.ack(talk.at_bo, 2);
  CHECK(talk.world.commits() == commits);
  CHECK(talk.world.core->next_deadline() == talk.world.now.mono_ms + 1'000);
  talk.world.settle();
  CHECK(talk.world.commits() == commits + 1);
  CHECK(talk.world.syncs() == syncs);
  CHECK(talk.world.core->next_deadline() == never_ms);
}

TEST_CASE("an entry is forgotten when every member has it, and not before") {
  UpkeepTalk talk;
  append_message(talk.world, talk.at_anna, talk.log);
  append_message(talk.world, talk.at_anna, talk.log);
  talk.ack(talk.at_bo, 3);
  talk.world.settle();
  CHECK(talk.head(talk.at_bo).first_kept == 1);
  talk.ack(talk.at_anna, 2);
  talk.world.settle();
  CHECK(talk.head(talk.at_bo).first_kept == 3);
  CHECK(read_from(talk.world, talk.at_bo, talk.log, 3).entries.size() == 1);
  CHECK(refusal(talk.world.ask(talk.at_bo, wire::Read{talk.log, 2})) == Errc::log_pruned);
}

TEST_CASE("the running hash goes on over what is forgotten") {
  UpkeepTalk talk;
  const auto welcome = read_from(talk.world, talk.at_bo, talk.bo.inbox).entries.at(0);
  const auto hash = wire::decode_inbox_welcome(welcome.payload).value().hash;
  append_message(talk.world, talk.at_anna, talk.log);
  talk.ack(talk.at_bo, 1);
  talk.ack(talk.at_anna, 1);
  talk.world.settle();
  wire::Resume request;
  request.logs = {{talk.log, 1, hash}};
  auto head = as<wire::Resumed>(talk.world.ask(talk.at_bo, request)).logs.at(1);
  CHECK(head.first_kept == 2);
  CHECK(head.hash_matches);
  request.logs[0].hash.bytes[0] ^= 1;
  head = as<wire::Resumed>(talk.world.ask(talk.at_bo, request)).logs.at(1);
  CHECK_FALSE(head.hash_matches);
}

TEST_CASE("an ack for what is not there yet does not let it be forgotten unseen") {
  UpkeepTalk talk;
  talk.ack(talk.at_bo, 1'000'000);
  talk.ack(talk.at_anna, 1'000'000);
  talk.world.settle();
  append_message(talk.world, talk.at_anna, talk.log);
  talk.ack(talk.at_anna, 2);
  talk.world.settle();
  CHECK(read_from(talk.world, talk.at_bo, talk.log, 2).entries.size() == 1);
}

TEST_CASE("a stranger's ack changes nothing") {
  UpkeepTalk talk;
  const auto mallory = talk.world.make_device();
  const auto at_mallory = talk.world.online(mallory);
  append_message(talk.world, talk.at_anna, talk.log);
  talk.ack(talk.at_anna, 2);
  talk.ack(at_mallory, 2);
  talk.world.settle();
  CHECK(read_from(talk.world, talk.at_bo, talk.log, 2).entries.size() == 1);
  CHECK(refusal(talk.world.ask(at_mallory, wire::Read{talk.log})) == Errc::not_member);
}

TEST_CASE("acks of logs that one is not in take nobody's place") {
  UpkeepTalk talk;
  const auto mallory = talk.world.make_device();
  const auto at_mallory = talk.world.online(mallory);
  append_message(talk.world, talk.at_anna, talk.log);
  wire::Ack junk;
  for (std::size_t i = 0; i < limits::resume_logs_max; ++i)
    junk.logs.push_back({talk.world.random<LogId>(), 1, {}});
  for (int i = 0; i < 20; ++i) {
    talk.world.pass_ms(10'000);
    as<wire::Done>(talk.world.ask(at_mallory, junk));
  }
  talk.ack(talk.at_anna, 2);
  talk.ack(talk.at_bo, 2);
  talk.world.pass_ms(1'000);
  talk.world.run_batch();
  CHECK(talk.head(talk.at_bo).first_kept == 3);
}

TEST_CASE("when more acks wait than one run writes, each has its turn") {
  Upkeep upkeep;
  store::MemoryDisk disk;
  const auto environment = store::open_memory(disk);
  KvLogStore store(*environment);
  crypto::DeterministicEntropy entropy{1};
  const auto anna = entropy.make<DeviceId>();
  const auto mallory = entropy.make<DeviceId>();
  LogId last;
  last.bytes.fill(0xff);
  store
      .transact([&](LogTransaction& rows) -> Result<void> {
        LogState state;
        state.head = 1;
        state.members = limits::chat_devices_max;
        if (auto created = rows.create_log(last, state); !created) return created;
        return rows.put_member(last, anna, {});
      })
      .value();
  Batch batch;
  batch.acks.push_back({last, anna, 1});
  for (std::size_t i = 0; i < limits::resume_logs_max; ++i)
    batch.acks.push_back({entropy.make<LogId>(), mallory, 1});
  Now now{1'000'000, 1'700'000'000'000};
  upkeep.take(now, batch);
  CHECK_FALSE(upkeep.has_room(mallory));
  CHECK(upkeep.has_room(anna));
  for (int i = 0; i < 3; ++i) {
    now.mono_ms += 1'000;
    store.transact([&](LogTransaction& rows) { return upkeep.run(rows, now, {}); }).value();
    upkeep.keep(now);
    // Who is first in order is there again.
    upkeep.take(now, batch);
  }
  store
      .transact([&](LogTransaction& rows) -> Result<void> {
        CHECK(rows.member(last, anna).value()->acked == 1);
        return {};
      })
      .value();
}

TEST_CASE("what a struck device may still read waits for it") {
  UpkeepTalk talk;
  append_message(talk.world, talk.at_anna, talk.log);
  const auto strike = write(talk.world, wire::EntryKind::commit, "c", adding({}, {talk.bo.id}));
  as<wire::Appended>(talk.world.ask(talk.at_anna, append_of(talk.log, 1, {strike})));
  talk.ack(talk.at_anna, 3);
  talk.world.settle();
  CHECK(read_from(talk.world, talk.at_bo, talk.log, 2).entries.size() == 2);
}

TEST_CASE("what nobody fetches is forgotten after the retention, and no day earlier") {
  UpkeepTalk talk;
  append_message(talk.world, talk.at_anna, talk.log);
  talk.world.pass_ms(talk.world.limits.retention_days * day_ms);
  as<wire::Done>(talk.world.ask(talk.at_anna, wire::Ping{}));
  CHECK(talk.head(talk.at_bo).first_kept == 1);
  talk.world.pass_ms(day_ms);
  append_message(talk.world, talk.at_anna, talk.log);
  as<wire::Done>(talk.world.ask(talk.at_anna, wire::Ping{}));
  talk.world.settle();
  CHECK(talk.head(talk.at_bo).first_kept == 3);
  CHECK(read_from(talk.world, talk.at_bo, talk.log, 3).entries.size() == 1);
}

TEST_CASE("a Welcome waits in its inbox however long its device is away") {
  UpkeepTalk talk;
  talk.world.pass_ms((talk.world.limits.retention_days + 2) * day_ms);
  as<wire::Done>(talk.world.ask(talk.at_anna, wire::Ping{}));
  talk.world.settle();
  CHECK(read_from(talk.world, talk.at_bo, talk.bo.inbox).entries.size() == 1);
}

TEST_CASE("a long log is forgotten in shares, between which others are served") {
  UpkeepTalk talk;
  for (int round = 0; round < 5; ++round) {
    std::vector<Written> written;
    for (int i = 0; i < 500; ++i) written.push_back(message(talk.world, ""));
    as<wire::Appended>(talk.world.ask(talk.at_anna, append_of(talk.log, 1, written)));
  }
  talk.ack(talk.at_anna, 2'501);
  talk.ack(talk.at_bo, 2'501);
  talk.world.pass_ms(1'000);
  talk.world.run();
  CHECK(talk.world.core->next_deadline() <= talk.world.now.mono_ms);
  CHECK(talk.head(talk.at_bo).first_kept < 2'502);
  talk.world.settle();
  CHECK(talk.head(talk.at_bo).first_kept == 2'502);
}
