// A relay that was put back to an older copy of its disk, and what devices show it.
#include <tuple>

#include "chat.hpp"
#include "relay/kv_log_store.hpp"

using namespace tern;
using namespace tern::relay;
using namespace tern::relay::test;

namespace {

struct RecoveryTalk : Talk {
  /// Appends one message: its seq, and what its author has of it.
  wire::ReportHead append(ConnectionId from) { return append(from, message(world)); }
  wire::ReportHead append(ConnectionId from, const Written& written) {
    const auto appended = as<wire::Appended>(world.ask(from, append_of(log, base, {written})));
    const auto seq = appended.first_seq;
    const auto header = wire::hashed_header(seq, written.entry.id, written.entry.kind, base,
                                            written.payload->size());
    hash.bytes = crypto::blake2b({hash, header, *written.payload}).bytes;
    if (wire::is_handshake(written.entry.kind)) {
      base = seq;
      base_hash = hash;
    }
    return {log, {seq, hash, base, base_hash, 0, appended.seal}};
  }
  wire::ReportHead commit(ConnectionId from, const wire::AccessChange& access) {
    return append(from, write(world, wire::EntryKind::commit, "a commit", access));
  }
  /// The log goes on behind this head.
  void recover_at(ConnectionId at, const wire::ReportHead& report) {
    REQUIRE(refusal(world.ask(at, report)) == Errc::reserved);
    world.pass_ms(10'000);
    as<wire::Done>(world.ask(at, report));
    const auto read = read_from(world, at, log, report.head.seq + 1);
    const auto& hole = read.entries.at(0);
    const auto header =
        wire::hashed_header(hole.seq, hole.id, hole.kind, hole.base, hole.payload.size());
    hash.bytes = crypto::blake2b({hash, header, hole.payload}).bytes;
  }
  /// From now on the talk is of a log that was not there before.
  void begin_another() {
    log = create_chat(world, at_anna, {bo.id}).log;
    base = 1;
    base_hash = hash = first_hash();
  }
  /// The relay has lost the log, and so has Anna, who makes it once more.
  void make_again() {
    const auto first = write(world, wire::EntryKind::commit, "another first commit");
    wire::CreateLog again;
    again.log = log;
    again.first = first.entry;
    as<wire::Appended>(world.ask(at_anna, again));
  }
  void ack(ConnectionId at, std::uint64_t seq) {
    wire::Ack request;
    request.logs = {{log, seq, {}}};
    as<wire::Done>(world.ask(at, request));
  }
  void put_back(const store::MemoryDisk& copy) {
    world.disk.restore(copy);
    world.restart();
    at_anna = world.resume(anna);
    at_bo = world.resume(bo);
  }
  wire::LogHead head(ConnectionId at) {
    return as<wire::Resumed>(world.ask(at, wire::Resume{})).logs.at(1);
  }

  std::uint64_t base = 1;
  wire::LogHash base_hash = first_hash();
  wire::LogHash hash = base_hash;

 private:
  wire::LogHash first_hash() {
    const auto inbox = read_from(world, at_bo, bo.inbox).entries;
    return wire::decode_inbox_welcome(inbox.back().payload).value().hash;
  }
};

}  // namespace

TEST_CASE("a log goes on behind the highest head that it is shown, and says what is lost") {
  RecoveryTalk talk;
  talk.append(talk.at_anna);
  const auto copy = talk.world.disk.copy();
  talk.append(talk.at_anna);
  const auto bos = talk.append(talk.at_anna);
  const auto annas = talk.append(talk.at_anna);
  talk.put_back(copy);

  const auto wait = as<wire::Refused>(talk.world.ask(talk.at_bo, bos));
  CHECK(wait.code == Errc::reserved);
  CHECK(wait.retry_after_ms == 10'000);
  talk.world.pass_ms(5'000);
  CHECK(as<wire::Refused>(talk.world.ask(talk.at_anna, annas)).retry_after_ms == 5'000);
  // Meanwhile nothing takes the place of what is lost.
  CHECK(refusal(talk.world.ask(talk.at_bo, append_of(talk.log, 1, {message(talk.world)}))) ==
        Errc::reserved);
  talk.world.pass_ms(5'000);
  as<wire::Done>(talk.world.ask(talk.at_bo, bos));
  as<wire::Done>(talk.world.ask(talk.at_anna, annas));

  const auto read = read_from(talk.world, talk.at_bo, talk.log, 4);
  REQUIRE(read.entries.size() == 1);
  CHECK(read.entries[0].kind == wire::EntryKind::hole);
  CHECK(read.entries[0].seq == 6);
  const auto hole = wire::decode_hole(read.entries[0].payload).value();
  CHECK(hole.first_lost == 3);
  CHECK(hole.hash == annas.head.hash);
  CHECK(append_message(talk.world, talk.at_anna, talk.log) == 7);
  // Nobody reads past a hole without seeing it.
  const auto before = read_from(talk.world, talk.at_bo, talk.log, 2);
  CHECK(before.entries.size() == 1);
  CHECK(before.head == 7);
}

TEST_CASE("a head that the relay has not sealed burns no seq, and holds nothing up") {
  RecoveryTalk talk;
  auto lie = talk.append(talk.at_anna);
  lie.head.seq = UINT64_MAX - 5;
  CHECK(refusal(talk.world.ask(talk.at_bo, lie)) == Errc::not_member);
  lie.head.seal = 0;
  CHECK(refusal(talk.world.ask(talk.at_bo, lie)) == Errc::not_member);
  CHECK(talk.append(talk.at_anna).head.seq == 3);
  CHECK(talk.head(talk.at_anna).head == 3);

  const auto copy = talk.world.disk.copy();
  const auto truth = talk.append(talk.at_anna);
  talk.put_back(copy);
  for (const auto change : {0, 1, 2, 3, 4}) {
    auto report = truth;
    if (change == 0) ++report.head.seq;
    if (change == 1) ++report.head.base;
    if (change == 2) ++report.head.generation;
    if (change == 3) report.head.hash.bytes[0] ^= 1;
    if (change == 4) report.head.base_hash.bytes[0] ^= 1;
    CHECK(refusal(talk.world.ask(talk.at_bo, report)) == Errc::not_member);
  }
  CHECK(refusal(talk.world.ask(talk.at_bo, truth)) == Errc::reserved);
}

TEST_CASE("a head that the relay has is answered at once, and to members only") {
  RecoveryTalk talk;
  const auto report = talk.append(talk.at_anna);
  as<wire::Done>(talk.world.ask(talk.at_bo, report));
  auto another = report;
  another.head.hash.bytes[0] ^= 1;
  CHECK(refusal(talk.world.ask(talk.at_bo, another)) == Errc::log_forked);
  const auto mallory = talk.world.make_device();
  const auto at_mallory = talk.world.online(mallory);
  CHECK(refusal(talk.world.ask(at_mallory, report)) == Errc::not_member);
}

TEST_CASE("a log that is lost altogether is there again for all who had read it") {
  RecoveryTalk talk;
  World& world = talk.world;
  const auto copy = world.disk.copy();
  const auto late = create_chat(world, talk.at_anna, {talk.bo.id});
  const auto written = message(world);
  const auto appended =
      as<wire::Appended>(world.ask(talk.at_anna, append_of(late.log, 1, {written})));
  const auto read = read_from(world, talk.at_bo, late.log, 2);
  CHECK(read.seal == appended.seal);
  const auto inbox = read_from(world, talk.at_bo, talk.bo.inbox).entries;
  auto hash = wire::decode_inbox_welcome(inbox.back().payload).value().hash;
  const auto first = hash;
  const auto header =
      wire::hashed_header(2, written.entry.id, written.entry.kind, 1, written.payload->size());
  hash.bytes = crypto::blake2b({hash, header, *written.payload}).bytes;
  const wire::ReportHead report{late.log, {2, hash, 1, first, 0, appended.seal}};
  talk.put_back(copy);

  CHECK(refusal(world.ask(talk.at_anna, report)) == Errc::reserved);
  world.pass_ms(10'000);
  as<wire::Done>(world.ask(talk.at_anna, report));
  CHECK(append_message(world, talk.at_anna, late.log) == 4);
  // He comes back later, and had read as far as what is lost.
  CHECK(refusal(world.ask(talk.at_bo, append_of(late.log, 1, {message(world)}))) ==
        Errc::not_member);
  as<wire::Done>(world.ask(talk.at_bo, report));
  CHECK(append_message(world, talk.at_bo, late.log) == 5);
}

TEST_CASE("a lost log that was created once more goes on as the one that its members show") {
  RecoveryTalk talk;
  World& world = talk.world;
  const auto copy = world.disk.copy();
  talk.begin_another();
  const auto bos = talk.append(talk.at_anna);
  talk.put_back(copy);
  talk.make_again();

  // He is not on the list that it was created with, but on the one that he shows.
  talk.recover_at(talk.at_bo, bos);
  const auto hole = read_from(world, talk.at_bo, talk.log, 3).entries.at(0);
  CHECK(wire::decode_hole(hole.payload).value().first_lost == 1);
  CHECK(append_message(world, talk.at_bo, talk.log) == 4);
}

TEST_CASE(
    "a lost log that was created once more goes on so though what it began with is forgotten") {
  RecoveryTalk talk;
  World& world = talk.world;
  const auto copy = world.disk.copy();
  talk.begin_another();
  for (int i = 0; i < 5; ++i) talk.append(talk.at_anna);
  const auto bos = talk.append(talk.at_anna);
  talk.put_back(copy);
  talk.make_again();
  append_message(world, talk.at_anna, talk.log, "alone", 1);
  talk.ack(talk.at_anna, 2);
  world.settle();
  CHECK(refusal(world.ask(talk.at_anna, wire::Read{talk.log, 2})) == Errc::log_pruned);

  talk.recover_at(talk.at_bo, bos);
  CHECK(append_message(world, talk.at_bo, talk.log) == bos.head.seq + 2);
}

TEST_CASE("a commit behind the copy leaves a list that is another than that of who shows a head") {
  RecoveryTalk talk;
  World& world = talk.world;
  const auto copy = world.disk.copy();
  for (int i = 0; i < 5; ++i) talk.append(talk.at_anna);
  const auto bos = talk.append(talk.at_anna);
  talk.put_back(copy);
  const auto cleo = world.make_device();
  world.online(cleo);
  const auto adds = write(world, wire::EntryKind::commit, "a commit", adding({cleo.id}));
  as<wire::Appended>(world.ask(talk.at_anna, append_of(talk.log, 1, {adds})));
  talk.recover_at(talk.at_bo, bos);
  const auto hole = read_from(world, talk.at_bo, talk.log, bos.head.seq + 1).entries.at(0);
  CHECK(wire::decode_hole(hole.payload).value().first_lost == 1);
}

TEST_CASE("a Welcome is enough to show where a log stood that is lost altogether") {
  RecoveryTalk talk;
  World& world = talk.world;
  const auto copy = world.disk.copy();
  const auto late = create_chat(world, talk.at_anna, {talk.bo.id});
  const auto inbox = read_from(world, talk.at_bo, talk.bo.inbox).entries;
  const auto welcome = wire::decode_inbox_welcome(inbox.back().payload).value();
  const wire::ReportHead report{late.log, {1, welcome.hash, 1, welcome.hash, 0, welcome.seal}};
  talk.put_back(copy);

  CHECK(refusal(world.ask(talk.at_bo, report)) == Errc::reserved);
  world.pass_ms(10'000);
  as<wire::Done>(world.ask(talk.at_bo, report));
  CHECK(append_message(world, talk.at_bo, late.log) == 3);
}

TEST_CASE("who repeats an append gets the seal that the lost answer had") {
  RecoveryTalk talk;
  World& world = talk.world;
  const auto written = message(world);
  const auto request = append_of(talk.log, 1, {written});
  const auto first = as<wire::Appended>(world.ask(talk.at_anna, request));
  CHECK(first.seal != 0);
  CHECK(as<wire::Appended>(world.ask(talk.at_anna, request)).seal == first.seal);
  // Behind the head there is nothing to show it for.
  append_message(world, talk.at_bo, talk.log);
  CHECK(as<wire::Appended>(world.ask(talk.at_anna, request)).seal == 0);
}

TEST_CASE("a lost list names whom the relay has forgotten, and they are in when they come back") {
  RecoveryTalk talk;
  World& world = talk.world;
  const auto copy = world.disk.copy();
  const auto cleo = world.make_device();
  auto at_cleo = world.online(cleo);
  const auto added = talk.commit(talk.at_anna, adding({cleo.id}));
  talk.put_back(copy);
  talk.recover_at(talk.at_anna, added);
  talk.commit(talk.at_anna, setting({talk.anna.id, talk.bo.id, cleo.id}));
  at_cleo = world.online(cleo);
  CHECK(append_message(world, at_cleo, talk.log, "here again", talk.base) == talk.base + 1);
  // From then on nobody is put on it who is not known.
  talk.commit(talk.at_anna, setting({talk.anna.id, world.random<DeviceId>()}));
  KvLogStore store(*world.environment);
  const auto outcome = store.transact([&](LogTransaction& rows) -> Result<void> {
    CHECK(rows.log(talk.log).value()->members == 1);
    return {};
  });
  CHECK(outcome.has_value());
}

TEST_CASE("who has read less of a lost log than another is let in when it makes it go on") {
  RecoveryTalk talk;
  World& world = talk.world;
  const auto copy = world.disk.copy();
  talk.begin_another();
  const auto bos = talk.append(talk.at_anna);
  const auto annas = talk.append(talk.at_anna);
  talk.put_back(copy);

  CHECK(refusal(world.ask(talk.at_anna, annas)) == Errc::reserved);
  world.pass_ms(10'000);
  // His is the question by which the log goes on, on what she has shown.
  as<wire::Done>(world.ask(talk.at_bo, bos));
  CHECK(append_message(world, talk.at_bo, talk.log) == 5);
  as<wire::Done>(world.ask(talk.at_anna, annas));
  CHECK(append_message(world, talk.at_anna, talk.log) == 6);
}

TEST_CASE("a log with a hole is forgotten up to where everybody is") {
  RecoveryTalk talk;
  const auto copy = talk.world.disk.copy();
  talk.append(talk.at_anna);
  const auto report = talk.append(talk.at_anna);
  talk.put_back(copy);
  CHECK(refusal(talk.world.ask(talk.at_anna, report)) == Errc::reserved);
  talk.world.pass_ms(10'000);
  as<wire::Done>(talk.world.ask(talk.at_anna, report));
  for (const auto at : {talk.at_anna, talk.at_bo}) talk.ack(at, 3);
  talk.world.settle();
  CHECK(talk.head(talk.at_anna).first_kept == 2);
  append_message(talk.world, talk.at_anna, talk.log);
  for (const auto at : {talk.at_anna, talk.at_bo}) talk.ack(at, 5);
  talk.world.settle();
  CHECK(talk.head(talk.at_anna).first_kept == 6);
  CHECK(append_message(talk.world, talk.at_bo, talk.log) == 6);
}

TEST_CASE("who was taken out since does not come back by what the relay had told before") {
  RecoveryTalk talk;
  const auto copy = talk.world.disk.copy();
  const auto bos = talk.append(talk.at_anna);
  const auto annas = talk.append(talk.at_anna);
  talk.put_back(copy);
  talk.recover_at(talk.at_anna, annas);
  as<wire::Done>(talk.world.ask(talk.at_bo, bos));
  talk.commit(talk.at_anna, adding({}, {talk.bo.id}));
  CHECK(refusal(talk.world.ask(talk.at_bo, bos)) == Errc::not_member);
  CHECK(append_message(talk.world, talk.at_anna, talk.log, "without him", talk.base) == 6);
  CHECK(read_from(talk.world, talk.at_bo, talk.log, 6).entries.empty());
}

TEST_CASE("who is taken out of a log that was put back does not bring its lost end back") {
  RecoveryTalk talk;
  const auto copy = talk.world.disk.copy();
  const auto before = std::pair(talk.hash, talk.base_hash);
  talk.append(talk.at_bo);
  const auto bos = talk.append(talk.at_bo);
  talk.put_back(copy);
  std::tie(talk.hash, talk.base_hash) = before;
  talk.commit(talk.at_anna, adding({}, {talk.bo.id}));
  CHECK(refusal(talk.world.ask(talk.at_bo, bos)) == Errc::not_member);
  CHECK(append_message(talk.world, talk.at_anna, talk.log, "without him", talk.base) == 3);
}

TEST_CASE("after a commit that follows a hole its access list is what the members say") {
  RecoveryTalk talk;
  World& world = talk.world;
  const auto cem = world.make_device();
  auto at_cem = world.online(cem);
  const auto copy = world.disk.copy();
  talk.commit(talk.at_anna, adding({cem.id}));
  const auto cems = talk.append(talk.at_anna);
  talk.commit(talk.at_anna, adding({}, {cem.id}));
  const auto annas = talk.append(talk.at_anna);
  talk.put_back(copy);
  at_cem = world.resume(cem);
  talk.recover_at(talk.at_anna, annas);
  SECTION("before it a device may have been let in by what is lost") {
    as<wire::Done>(world.ask(at_cem, cems));
    CHECK(read_from(world, at_cem, talk.log, 5).head == 6);
  }
  SECTION("after it they have said that it was not") {
    talk.commit(talk.at_anna, setting({talk.anna.id, talk.bo.id}));
    CHECK(refusal(world.ask(at_cem, cems)) == Errc::not_member);
    CHECK(refusal(world.ask(at_cem, wire::Read{talk.log, 7})) == Errc::not_member);
  }
}

TEST_CASE("a hole that everybody is past is no part of the next one") {
  RecoveryTalk talk;
  auto copy = talk.world.disk.copy();
  talk.append(talk.at_anna);
  auto annas = talk.append(talk.at_anna);
  talk.put_back(copy);
  talk.recover_at(talk.at_anna, annas);
  talk.append(talk.at_bo);
  const bool past = GENERATE(true, false);
  if (past)
    for (const auto at : {talk.at_anna, talk.at_bo}) talk.ack(at, 5);
  talk.world.settle();
  copy = talk.world.disk.copy();
  annas = talk.append(talk.at_anna);
  talk.put_back(copy);
  talk.recover_at(talk.at_anna, annas);
  const auto read = read_from(talk.world, talk.at_anna, talk.log, 7);
  CHECK(wire::decode_hole(read.entries.at(0).payload).value().first_lost == (past ? 6 : 2));
}

TEST_CASE("a device that has read another history is told of what comes next all the same") {
  RecoveryTalk talk;
  World& world = talk.world;
  talk.append(talk.at_anna);
  const auto at = world.connect(talk.bo);
  wire::Resume request;
  request.logs = {{talk.bo.inbox, 1, {}}, {talk.log, 2, {}}};
  const auto resumed = as<wire::Resumed>(world.ask(at, request));
  REQUIRE_FALSE(resumed.logs.at(1).hash_matches);
  REQUIRE(resumed.logs.at(1).head == 2);
  talk.append(talk.at_anna);
  const auto pushes = world.pushes(at);
  REQUIRE(pushes.size() == 1);
  CHECK(std::get<wire::Notice>(pushes[0]).log.head == 3);
}
