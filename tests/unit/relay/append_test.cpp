#include "chat.hpp"

using namespace tern;
using namespace tern::relay;
using namespace tern::relay::test;
using wire::EntryKind;

namespace {

struct AppendTalk : Talk {
  wire::Answer append(ConnectionId from, std::uint64_t base, const std::vector<Written>& written) {
    return world.ask(from, append_of(log, base, written));
  }
};

}  // namespace

TEST_CASE("an appended message reaches the other once, in order, with its bytes") {
  AppendTalk talk;
  const auto one = message(talk.world, "one");
  const auto two = message(talk.world, "two");
  CHECK(as<wire::Appended>(talk.append(talk.at_anna, 1, {one})).first_seq == 2);
  CHECK(as<wire::Appended>(talk.append(talk.at_anna, 1, {two})).first_seq == 3);
  const auto pushed = talk.world.pushed_entries(talk.at_bo, talk.log);
  REQUIRE(ids(pushed) == std::vector{one.entry.id, two.entry.id});
  CHECK(pushed[0].seq == 2);
  CHECK(pushed[1].seq == 3);
  CHECK(to_bytes(pushed[1].payload) == *two.payload);
  CHECK_FALSE(pushed[1].own);
}

TEST_CASE("an answer stands for a synced disk") {
  AppendTalk talk;
  const auto syncs = talk.world.syncs();
  append_message(talk.world, talk.at_anna, talk.log);
  CHECK(talk.world.syncs() == syncs + 1);
  talk.world.disk.power_cut();
  talk.world.restart();
  const auto connection = talk.world.resume(talk.bo);
  CHECK(read_from(talk.world, connection, talk.log).head == 2);
}

TEST_CASE("a batch of many requests costs one sync") {
  AppendTalk talk;
  std::vector<Written> written;
  for (int i = 0; i < 100; ++i) written.push_back(message(talk.world));
  const auto syncs = talk.world.syncs();
  for (const auto& one : written) talk.world.send(talk.at_anna, append_of(talk.log, 1, {one}));
  talk.world.run();
  CHECK(talk.world.syncs() == syncs + 1);
  CHECK(talk.world.pushed_entries(talk.at_bo, talk.log).size() == 100);
}

TEST_CASE("the running hash covers every entry as its header and payload") {
  AppendTalk talk;
  append_message(talk.world, talk.at_anna, talk.log, "one");
  append_message(talk.world, talk.at_anna, talk.log, "two");
  wire::LogHash hash;
  for (const auto& entry : read_from(talk.world, talk.at_bo, talk.log, 1, 2).entries) {
    const auto header =
        wire::hashed_header(entry.seq, entry.id, entry.kind, entry.base, entry.payload.size());
    hash.bytes = crypto::blake2b({hash, header, entry.payload}).bytes;
  }
  wire::Resume request;
  request.logs = {{talk.log, 2, hash}};
  CHECK(as<wire::Resumed>(talk.world.ask(talk.at_bo, request)).logs.at(1).hash_matches);
  request.logs[0].hash.bytes[0] ^= 1;
  CHECK_FALSE(as<wire::Resumed>(talk.world.ask(talk.at_bo, request)).logs.at(1).hash_matches);
}

TEST_CASE("an append under an older base is stale and says what is new") {
  AppendTalk talk;
  const auto commit = write(talk.world, EntryKind::commit, "c");
  CHECK(as<wire::Appended>(talk.append(talk.at_bo, 1, {commit})).base == 2);
  const auto late = message(talk.world);
  const auto refused = as<wire::Refused>(talk.append(talk.at_anna, 1, {late}));
  CHECK(refused.code == Errc::stale);
  CHECK(refused.base == 2);
  CHECK(refused.head == 2);
  CHECK(as<wire::Appended>(talk.append(talk.at_anna, 2, {late})).first_seq == 3);
}

TEST_CASE("proposals move the base as commits do, messages do not") {
  AppendTalk talk;
  CHECK(as<wire::Appended>(talk.append(talk.at_bo, 1, {message(talk.world)})).base == 1);
  const auto proposal = write(talk.world, EntryKind::proposal, "p");
  CHECK(as<wire::Appended>(talk.append(talk.at_bo, 1, {proposal})).base == 3);
  CHECK(refusal(talk.append(talk.at_anna, 1, {message(talk.world)})) == Errc::stale);
}

TEST_CASE("messages behind a commit in one append are written under that commit") {
  AppendTalk talk;
  const auto before = message(talk.world);
  const auto commit = write(talk.world, EntryKind::commit, "c");
  const auto after = message(talk.world);
  const auto appended = as<wire::Appended>(talk.append(talk.at_anna, 1, {before, commit, after}));
  CHECK(appended.first_seq == 2);
  CHECK(appended.head == 4);
  CHECK(appended.base == 3);
  const auto entries = read_from(talk.world, talk.at_bo, talk.log, 2).entries;
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].base == 1);
  CHECK(entries[1].base == 1);
  CHECK(entries[2].base == 3);
}

TEST_CASE("an append is taken or refused as a whole") {
  AppendTalk talk;
  auto bad = message(talk.world);
  bad.entry.id = talk.world.random<EntryId>();
  CHECK(refusal(talk.append(talk.at_anna, 1, {message(talk.world), bad})) == Errc::header_mismatch);
  CHECK(read_from(talk.world, talk.at_bo, talk.log).head == 1);
}

TEST_CASE("an append whose answer was lost is not doubled") {
  AppendTalk talk;
  const auto one = message(talk.world, "one");
  const auto two = message(talk.world, "two");
  const auto first = as<wire::Appended>(talk.append(talk.at_anna, 1, {one, two}));
  talk.world.restart();
  const auto again_at = talk.world.resume(talk.anna);
  const auto again = as<wire::Appended>(talk.append(again_at, 1, {one, two}));
  CHECK(again.first_seq == first.first_seq);
  CHECK(again.head == 3);
}

TEST_CASE("a repeated append is answered even when a commit has come in between") {
  AppendTalk talk;
  const auto one = message(talk.world);
  as<wire::Appended>(talk.append(talk.at_anna, 1, {one}));
  as<wire::Appended>(talk.append(talk.at_bo, 1, {write(talk.world, EntryKind::commit, "c")}));
  CHECK(as<wire::Appended>(talk.append(talk.at_anna, 1, {one})).first_seq == 2);
}

TEST_CASE("an append that is there in part is stale: its author has something to read") {
  AppendTalk talk;
  const auto one = message(talk.world);
  const auto two = message(talk.world);
  as<wire::Appended>(talk.append(talk.at_anna, 1, {one}));
  const auto refused = as<wire::Refused>(talk.append(talk.at_anna, 1, {one, two}));
  CHECK(refused.code == Errc::stale);
  CHECK(refused.head == 2);
}

TEST_CASE("the same id from another device is another entry") {
  AppendTalk talk;
  const auto one = message(talk.world);
  as<wire::Appended>(talk.append(talk.at_anna, 1, {one}));
  CHECK(as<wire::Appended>(talk.append(talk.at_bo, 1, {one})).first_seq == 3);
}

TEST_CASE("what cannot be an entry is refused") {
  AppendTalk talk;
  SECTION("no entries") { CHECK(refusal(talk.append(talk.at_anna, 1, {})) == Errc::malformed); }
  SECTION("one id twice") {
    const auto one = message(talk.world);
    CHECK(refusal(talk.append(talk.at_anna, 1, {one, one})) == Errc::malformed);
  }
  SECTION("a commit that says it is a message") {
    auto commit = write(talk.world, EntryKind::commit, "c");
    commit.entry.kind = EntryKind::application;
    CHECK(refusal(talk.append(talk.at_anna, 1, {commit})) == Errc::malformed);
  }
  SECTION("a message that says it is a commit") {
    auto text = message(talk.world);
    text.entry.kind = EntryKind::commit;
    CHECK(refusal(talk.append(talk.at_anna, 1, {text})) == Errc::malformed);
  }
  SECTION("kinds that only a relay makes") {
    for (const auto kind : {EntryKind::welcome, EntryKind::hole}) {
      auto made = message(talk.world);
      made.entry.kind = kind;
      CHECK(refusal(talk.append(talk.at_anna, 1, {made})) == Errc::malformed);
    }
  }
  SECTION("a message that changes the access list") {
    const auto text = write(talk.world, EntryKind::application, "t", adding({}, {talk.bo.id}));
    CHECK(refusal(talk.append(talk.at_anna, 1, {text})) == Errc::access_change_invalid);
  }
  CHECK(read_from(talk.world, talk.at_bo, talk.log).head == 1);
}

TEST_CASE("payload and batch limits hold at their edges") {
  AppendTalk talk;
  const auto overhead = message(talk.world, "").payload->size();
  // The length of the ciphertext's own length field grows from one byte to four.
  const std::string fits(limits::entry_payload_bytes_max - overhead - 3, 'x');
  as<wire::Appended>(talk.append(talk.at_anna, 1, {message(talk.world, fits)}));
  const auto refused =
      as<wire::Refused>(talk.append(talk.at_anna, 1, {message(talk.world, fits + "x")}));
  CHECK(refused.code == Errc::entry_too_large);
  CHECK(refused.limit == limits::entry_payload_bytes_max);

  std::vector<Written> many;
  while (many.size() < limits::batch_entries_max) many.push_back(message(talk.world));
  as<wire::Appended>(talk.append(talk.at_anna, 1, many));
  many.push_back(message(talk.world));
  CHECK(refusal(talk.append(talk.at_anna, 1, many)) == Errc::batch_too_large);
}

TEST_CASE("one who is not in the chat learns nothing of it") {
  AppendTalk talk;
  const auto mallory = talk.world.make_device();
  const auto at_mallory = talk.world.online(mallory);
  const auto nowhere = talk.world.random<LogId>();
  for (const auto& log : {talk.log, nowhere}) {
    CHECK(refusal(talk.world.ask(at_mallory, append_of(log, 1, {message(talk.world)}))) ==
          Errc::not_member);
    CHECK(refusal(talk.world.ask(at_mallory, wire::Read{log})) == Errc::not_member);
    CHECK(refusal(talk.world.ask(at_mallory, wire::Reserve{log})) == Errc::not_member);
    CHECK(refusal(talk.world.ask(at_mallory, wire::Signal{log, as_bytes("hi")})) ==
          Errc::not_member);
    wire::Resume request;
    request.logs = {{log, 0, {}}};
    const auto head = as<wire::Resumed>(talk.world.ask(at_mallory, request)).logs.at(1);
    CHECK_FALSE(head.member);
    CHECK(head.head == 0);
  }
}

TEST_CASE("a restart begins the next generation, by compare-and-set on the base") {
  AppendTalk talk;
  const std::vector<DeviceId> everybody = {talk.anna.id, talk.bo.id};
  const auto by_anna = write(talk.world, EntryKind::restart, "r", setting(everybody));
  const auto by_bo = write(talk.world, EntryKind::restart, "r", setting(everybody));
  auto request = append_of(talk.log, 1, {by_anna});
  const std::vector<DeviceId> welcomed = {talk.bo.id};
  request.welcomes = {welcomes_for(welcomed, as_bytes("info"))};
  talk.world.pushes(talk.at_bo);
  as<wire::Appended>(talk.world.ask(talk.at_anna, request));
  const auto inbox = talk.world.pushed_entries(talk.at_bo, talk.bo.inbox);
  REQUIRE(inbox.size() == 1);
  CHECK(wire::decode_inbox_welcome(inbox[0].payload).value().generation == 1);
  CHECK(refusal(talk.append(talk.at_bo, 1, {by_bo})) == Errc::stale);
  const auto resumed = as<wire::Resumed>(talk.world.ask(talk.at_bo, wire::Resume{}));
  CHECK(resumed.logs.at(1).generation == 1);
}

TEST_CASE("a reservation holds off others' commits for two seconds, and no message") {
  AppendTalk talk;
  as<wire::Done>(talk.world.ask(talk.at_anna, wire::Reserve{talk.log}));
  talk.world.pass_ms(500);
  const auto commit = write(talk.world, EntryKind::commit, "c");
  const auto refused = as<wire::Refused>(talk.append(talk.at_bo, 1, {commit}));
  CHECK(refused.code == Errc::reserved);
  CHECK(refused.retry_after_ms == 1'500);
  CHECK(refusal(talk.world.ask(talk.at_bo, wire::Reserve{talk.log})) == Errc::reserved);
  append_message(talk.world, talk.at_bo, talk.log);
  talk.world.pass_ms(1'500);
  as<wire::Appended>(talk.append(talk.at_bo, 1, {commit}));
}

TEST_CASE("a reservation ends with its holder's commit") {
  AppendTalk talk;
  as<wire::Done>(talk.world.ask(talk.at_anna, wire::Reserve{talk.log}));
  as<wire::Appended>(talk.append(talk.at_anna, 1, {write(talk.world, EntryKind::commit, "a")}));
  as<wire::Appended>(talk.append(talk.at_bo, 2, {write(talk.world, EntryKind::commit, "b")}));
}
