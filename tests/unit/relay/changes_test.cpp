// get_changes: a directory that was downloaded once is kept up to date.
#include <map>
#include <set>

#include "people.hpp"
#include "relay/directory_reading.hpp"
#include "relay/kv_log_store.hpp"

using namespace tern;
using namespace tern::relay;
using namespace tern::relay::test;

namespace {

/// What a client has of the directory.
struct Copy {
  std::uint64_t version = 0;
  std::multimap<wire::Tag, Bytes> records;

  void apply(const wire::Changes& changes) {
    CHECK(changes.since == version);
    const auto removed = wire::decode_tags(changes.removed, wire::tag_bits).value();
    for (const auto tag : removed) {
      const auto found = records.find(tag);
      REQUIRE(found != records.end());
      records.erase(found);
    }
    std::size_t at = 0;
    const auto added = wire::decode_tags(changes.added, wire::tag_bits).value();
    for (const auto tag : added) {
      records.emplace(tag, to_bytes(changes.records.subspan(at, wire::directory_record_bytes)));
      at += wire::directory_record_bytes;
    }
    CHECK(at == changes.records.size());
    version = changes.version;
  }
};

struct ChangesTalk {
  World world{without_work()};
  Person anna = person_with(world, number_of(0));

  wire::Changes changes(std::uint64_t since, std::uint64_t until = 0) {
    return as<wire::Changes>(world.ask(anna.at, wire::GetChanges{1, since, until}));
  }
  Copy download() {
    const auto all = whole_directory(world, anna, 1);
    Copy out;
    out.version = all.version;
    for (std::size_t i = 0; i < all.tags.size(); ++i)
      out.records.emplace(all.tags[i], all.records[i]);
    return out;
  }
  std::vector<wire::Tag> tags(ByteSpan set) {
    return wire::decode_tags(set, wire::tag_bits).value();
  }
};

/// Changes of members that nobody has confirmed, straight into the store.
void add_changes(World& world, std::size_t count) {
  KvLogStore store(*world.environment);
  const auto done = store.transact([&](LogTransaction& rows) -> Result<void> {
    auto state = rows.directory(1).value();
    const auto account = world.random<AccountId>();
    for (std::size_t i = 0; i < count; ++i) {
      state.version = version_after(state.version, world.entropy);
      rows.put_change(1, state.version, {i % 2 == 0, {world.entropy.u64() >> 24, account}}).value();
    }
    return rows.put_directory(1, state);
  });
  REQUIRE(done);
}

/// The versions that the store has changes of.
std::vector<std::uint64_t> versions(World& world) {
  std::vector<std::uint64_t> out;
  KvLogStore store(*world.environment);
  const auto done = store.transact([&](LogTransaction& rows) {
    return rows.changes(1, 0, UINT64_MAX, [&](std::uint64_t version, const DirectoryChange&) {
      out.push_back(version);
      return store::Scan::next;
    });
  });
  REQUIRE(done);
  return out;
}

}  // namespace

TEST_CASE("a copy that applies what changed is the directory") {
  ChangesTalk talk;
  auto copy = talk.download();
  std::vector<Person> people;
  people.reserve(12);
  for (std::size_t i = 1; i < 12; ++i) {
    people.push_back(person_with(talk.world, number_of(i)));
    talk.world.pass_ms(hour_ms);
    if (i % 3 == 0) confirm_number(talk.world, people.back(), number_of(i - 1));
    if (i % 4 == 0) copy.apply(talk.changes(copy.version));
    const auto now = talk.changes(copy.version);
    auto next = copy;
    next.apply(now);
    const auto whole = talk.download();
    CHECK(next.version == whole.version);
    CHECK(next.records == whole.records);
  }
}

TEST_CASE("a copy that goes on in small steps gets there too") {
  ChangesTalk talk;
  auto copy = talk.download();
  for (std::size_t i = 1; i < 8; ++i) {
    auto next = person_with(talk.world, number_of(i));
    talk.world.pass_ms(hour_ms);
    if (i % 2 == 0) person_with(talk.world, number_of(i));  // it changes hands
    if (i % 3 == 0) confirm_number(talk.world, next, number_of(i + 100));
    talk.world.pass_ms(hour_ms);
  }
  const auto whole = talk.download();
  for (const auto until : versions(talk.world)) {
    if (until <= copy.version) continue;
    const auto step = talk.changes(copy.version, until);
    CHECK(step.version == until);
    CHECK(step.head == whole.version);
    copy.apply(step);
  }
  CHECK(copy.version == whole.version);
  CHECK(copy.records.size() == whole.records.size());
  std::vector<wire::Tag> a;
  std::vector<wire::Tag> b;
  for (const auto& [tag, record] : copy.records) a.push_back(tag);
  for (const auto& [tag, record] : whole.records) b.push_back(tag);
  CHECK(a == b);
  CHECK(copy.records == whole.records);
}

TEST_CASE("who came and went again is no change, and another record of a tag is two") {
  ChangesTalk talk;
  const auto before = talk.download();
  const auto bo = person_with(talk.world, number_of(1));
  confirm_number(talk.world, bo, number_of(2));
  auto changes = talk.changes(before.version);
  CHECK(talk.tags(changes.added).size() == 1);
  CHECK(talk.tags(changes.removed).empty());
  CHECK(changes_before(changes.version) == changes_before(before.version) + 3);
  const auto since = changes.version;
  const auto carol = person_with(talk.world, number_of(2));
  changes = talk.changes(since);
  CHECK(talk.tags(changes.added) == talk.tags(changes.removed));
  CHECK(talk.tags(changes.added).size() == 1);
  CHECK(found_by(talk.world, talk.anna, number_of(2)) == carol.device.account);
}

TEST_CASE("from the head on nothing has changed, and beyond it nothing is known") {
  ChangesTalk talk;
  const auto head = directory_of(talk.world, talk.anna).version;
  const auto nothing = talk.changes(head);
  CHECK(nothing.version == head);
  CHECK(nothing.head == head);
  CHECK(talk.tags(nothing.added).empty());
  CHECK(talk.tags(nothing.removed).empty());
  CHECK(talk.changes(1).version == head);
  const auto ask = [&](std::uint64_t since) {
    return refusal(talk.world.ask(talk.anna.at, wire::GetChanges{1, since, 0}));
  };
  CHECK(ask(head + 1) == Errc::directory_version_gone);
  CHECK(ask(head - 1) == Errc::directory_version_gone);
  CHECK(ask(0) == Errc::directory_version_gone);
  CHECK(ask(UINT64_MAX) == Errc::directory_version_gone);
}

TEST_CASE("until is a version that there was, and no change from there back") {
  ChangesTalk talk;
  const auto then = directory_of(talk.world, talk.anna).version;
  person_with(talk.world, number_of(1));
  const auto head = directory_of(talk.world, talk.anna).version;
  CHECK(talk.changes(then, head).version == head);
  for (const auto until : {head + 100, head - 1, UINT64_MAX})
    CHECK(refusal(talk.world.ask(talk.anna.at, wire::GetChanges{1, then, until})) ==
          Errc::directory_version_gone);
  const auto back = talk.changes(head, 1);
  CHECK(back.version == head);
  CHECK(talk.tags(back.added).empty());
}

TEST_CASE("a change that is taken back later has a record that nobody opens") {
  ChangesTalk talk;
  const auto since = directory_of(talk.world, talk.anna).version;
  const auto bo = person_with(talk.world, number_of(1));
  const auto then = directory_of(talk.world, talk.anna).version;
  confirm_number(talk.world, bo, number_of(2));
  const auto changes = talk.changes(since, then);
  CHECK(talk.tags(changes.added).size() == 1);
  REQUIRE(changes.records.size() == wire::directory_record_bytes);
  const auto head = directory_of(talk.world, talk.anna);
  const auto place = place_of(talk.world, talk.anna, number_of(1), head);
  CHECK(talk.tags(changes.added)[0] == place.tag);
  CHECK_FALSE(crypto::open_record(place, changes.records));
}

TEST_CASE("an answer has a share of the changes, whose records fit a frame") {
  ChangesTalk talk;
  const auto since = directory_of(talk.world, talk.anna).version;
  add_changes(talk.world, 20'000);
  const auto first = talk.changes(since);
  const auto at = changes_before(since);
  CHECK(changes_before(first.version) == at + changes_with_records_max);
  CHECK(changes_before(first.head) == at + 20'000);
  CHECK(changes_before(talk.changes(first.version).version) == at + 2 * changes_with_records_max);
}

TEST_CASE("without records an answer has more changes") {
  ChangesTalk talk;
  const auto since = directory_of(talk.world, talk.anna).version;
  add_changes(talk.world, 20'000);
  KvLogStore store(*talk.world.environment);
  REQUIRE(store.transact([&](LogTransaction& rows) -> Result<void> {
    auto state = rows.directory(1).value();
    state.members = limits::directory_records_travel_max + 1;
    return rows.put_directory(1, state);
  }));
  const auto first = talk.changes(since);
  CHECK(changes_before(first.version) == changes_before(since) + 16'384);
  CHECK(first.records.empty());
}

TEST_CASE("old changes are forgotten a share at a time, the newest are kept") {
  ChangesTalk talk;
  add_changes(talk.world, 70'000);
  const auto all = versions(talk.world);
  const auto bytes = talk.world.disk.bytes_used();
  person_with(talk.world, number_of(1));
  talk.world.settle();
  CHECK(talk.world.disk.bytes_used() < bytes);
  const auto kept = changes_kept(2);
  CHECK(kept == 65'536);
  // One more has come since.
  const auto oldest = all.size() + 1 - kept;
  talk.changes(all[oldest], all[oldest + 5]);
  CHECK(refusal(talk.world.ask(talk.anna.at, wire::GetChanges{1, all[oldest - 1'025], 0})) ==
        Errc::directory_version_gone);
  CHECK(changes_kept(1'000'000) == 250'000);
}

TEST_CASE("a disk that fails while changes are forgotten leaves no hole") {
  for (std::uint64_t write = 1; write < 8; ++write) {
    ChangesTalk talk;
    add_changes(talk.world, 67'000);
    talk.world.disk.fail_at(talk.world.disk.operations() + write * 100);
    person_with(talk.world, number_of(1));
    talk.world.settle();
    talk.world.disk.fail_at(std::nullopt);
    talk.world.settle(10'000);
    const auto there = versions(talk.world);
    const auto oldest = there.size() - changes_kept(2);
    CHECK(talk.changes(there[oldest], there[oldest + 1]).version == there[oldest + 1]);
  }
}
