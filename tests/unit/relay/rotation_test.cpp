// A new key for the directory, made while the present one is in use.
#include "people.hpp"
#include "relay/kv_log_store.hpp"
#include "relay/tables.hpp"

using namespace tern;
using namespace tern::relay;
using namespace tern::relay::test;

namespace {

struct RotationTalk {
  explicit RotationTalk(std::size_t count = 5) {
    people.reserve(count + 8);
    for (std::size_t i = 0; i < count; ++i) add(number_of(i));
  }
  const Person& add(const std::string& number) {
    people.push_back(person_with(world, number));
    return people.back();
  }
  const Person& anna() const { return people[0]; }
  void restart() {
    world.restart();
    for (auto& each : people) each.at = world.resume(each.device);
  }
  void rotate() {
    REQUIRE(world.core->rotate_directory_key(world.now));
    world.settle();
  }
  std::uint32_t epoch() { return directory_of(world, anna()).epoch; }
  /// Everybody is found under their number, once.
  void check_all(std::uint32_t expected_epoch) {
    const auto head = directory_of(world, anna());
    CHECK(head.epoch == expected_epoch);
    CHECK(head.members == people.size());
    const auto all = whole_directory(world, anna(), head.epoch);
    CHECK(all.tags.size() == people.size());
    CHECK(all.version == head.version);
    for (std::size_t i = 0; i < people.size(); ++i)
      CHECK(found_by(world, anna(), number_of(i)) == people[i].device.account);
  }

  World world{without_work()};
  std::vector<Person> people;
};

std::size_t rows_in(World& world, store::Table table, ByteSpan prefix = {}) {
  std::size_t out = 0;
  const auto rows = world.environment->read().value();
  rows->scan(table, prefix, prefix,
             [&](ByteSpan, ByteSpan) {
               ++out;
               return store::Scan::next;
             })
      .value();
  return out;
}

}  // namespace

TEST_CASE("after a rotation everybody is found under the new key") {
  RotationTalk talk;
  const auto before = directory_of(talk.world, talk.anna());
  talk.rotate();
  talk.check_all(2);
  const auto after = directory_of(talk.world, talk.anna());
  CHECK(after.key != before.key);
  CHECK(changes_before(after.version) == 1);
}

TEST_CASE("the epoch before is served until the next rotation") {
  RotationTalk talk;
  const auto head = directory_of(talk.world, talk.anna());
  const auto old_place = place_of(talk.world, talk.anna(), number_of(1), head);
  talk.rotate();
  CHECK(look_up(talk.world, talk.anna(), 1, old_place.tag).size() == 1);
  place_of(talk.world, talk.anna(), number_of(2), head);
  CHECK(whole_directory(talk.world, talk.anna(), 1).tags.size() == 5);
  talk.rotate();
  CHECK(refusal(talk.world.ask(talk.anna().at, wire::GetSegments{1, 0})) ==
        Errc::directory_epoch_gone);
  CHECK(whole_directory(talk.world, talk.anna(), 2).tags.size() == 5);
  talk.check_all(3);
}

TEST_CASE("of an epoch that is no longer served nothing is left") {
  RotationTalk talk;
  talk.rotate();
  CHECK(rows_in(talk.world, tables::records) == 10);
  CHECK(rows_in(talk.world, tables::places) == 10);
  talk.rotate();
  CHECK(rows_in(talk.world, tables::records) == 10);
  CHECK(rows_in(talk.world, tables::places) == 10);
  CHECK(rows_in(talk.world, tables::epochs) == 4);
  // Each had its changes; an epoch that was filled begins without.
  CHECK(rows_in(talk.world, tables::changes) == 0);
}

TEST_CASE("numbers that come, go and change hands while it is filled are right in both") {
  RotationTalk talk;
  talk.world.hold_work = true;
  REQUIRE(talk.world.core->rotate_directory_key(talk.world.now));
  talk.world.settle();
  REQUIRE(talk.world.works.size() == 1);
  // The slice was read: what follows is newer than what it says.
  talk.add(number_of(5));
  confirm_number(talk.world, talk.people[1], number_of(77));
  talk.people[2] = person_with(talk.world, number_of(2));
  CHECK(talk.epoch() == 1);
  talk.world.hold_work = false;
  talk.world.finish_work();
  talk.world.settle();
  CHECK(talk.epoch() == 2);
  const auto head = directory_of(talk.world, talk.anna());
  CHECK(head.members == 6);
  CHECK(found_by(talk.world, talk.anna(), number_of(5)) == talk.people[5].device.account);
  CHECK(found_by(talk.world, talk.anna(), number_of(77)) == talk.people[1].device.account);
  CHECK(found_by(talk.world, talk.anna(), number_of(1)) == std::nullopt);
  CHECK(found_by(talk.world, talk.anna(), number_of(2)) == talk.people[2].device.account);
  CHECK(whole_directory(talk.world, talk.anna(), 2).tags.size() == 6);
  CHECK(whole_directory(talk.world, talk.anna(), 1).tags.size() == 6);
}

TEST_CASE("after a rotation both epochs follow what changes") {
  RotationTalk talk;
  talk.rotate();
  const auto first = directory_of(talk.world, talk.anna());
  talk.add(number_of(5));
  talk.check_all(2);
  CHECK(whole_directory(talk.world, talk.anna(), 1).tags.size() == 6);
  const auto changes =
      as<wire::Changes>(talk.world.ask(talk.anna().at, wire::GetChanges{2, first.version, 0}));
  CHECK(wire::decode_tags(changes.added, wire::tag_bits).value().size() == 1);
  CHECK(refusal(talk.world.ask(talk.anna().at, wire::GetChanges{2, first.version - 1, 0})) ==
        Errc::directory_version_gone);
}

TEST_CASE("one rotation at a time") {
  RotationTalk talk;
  talk.world.hold_work = true;
  REQUIRE(talk.world.core->rotate_directory_key(talk.world.now));
  const auto second = talk.world.core->rotate_directory_key(talk.world.now);
  REQUIRE_FALSE(second);
  CHECK(second.error() == Errc::invalid_argument);
  talk.world.settle();
  CHECK_FALSE(talk.world.core->rotate_directory_key(talk.world.now));
  talk.restart();
  CHECK_FALSE(talk.world.core->rotate_directory_key(talk.world.now));
  talk.world.hold_work = false;
  talk.world.settle();
  while (!talk.world.works.empty()) talk.world.finish_work();
  talk.world.settle();
  talk.check_all(2);
  talk.rotate();
  talk.check_all(3);
}

TEST_CASE("a directory without members rotates too") {
  World world(without_work());
  REQUIRE(world.core->rotate_directory_key(world.now));
  world.settle();
  const auto anna = person_with(world, number_of(0));
  const auto head = directory_of(world, anna);
  CHECK(head.epoch == 2);
  CHECK(changes_before(head.version) == 2);
  CHECK(found_by(world, anna, number_of(0)) == anna.device.account);
}

TEST_CASE("many numbers go in slice by slice") {
  RotationTalk talk(600);
  talk.world.hold_work = true;
  REQUIRE(talk.world.core->rotate_directory_key(talk.world.now));
  std::size_t slices = 0;
  for (talk.world.settle(); !talk.world.works.empty(); talk.world.settle()) {
    talk.world.finish_work();
    ++slices;
  }
  CHECK(slices == 3);
  talk.world.hold_work = false;
  CHECK(directory_of(talk.world, talk.anna()).members == 600);
  CHECK(found_by(talk.world, talk.anna(), number_of(599)) == talk.people[599].device.account);
}

TEST_CASE("a relay killed at any write of a rotation goes on and is done in the end") {
  for (std::uint64_t write = 1;; ++write) {
    RotationTalk talk(3);
    const auto outcome = write % 2 ? store::CommitOutcome::lost : store::CommitOutcome::kept;
    talk.world.disk.fail_at(talk.world.disk.operations() + write, Errc::storage_io, outcome);
    const auto begun = talk.world.core->rotate_directory_key(talk.world.now);
    talk.world.run_batch();
    talk.world.settle(500);
    const bool failed = talk.world.disk.failed();
    talk.world.disk.fail_at(std::nullopt);
    talk.world.disk.power_cut();
    talk.restart();
    talk.world.settle();
    if (talk.epoch() == 1) talk.rotate();
    talk.check_all(2);
    CHECK(rows_in(talk.world, tables::records) == 6);
    if (!failed) {
      CHECK(begun);
      CHECK(write > 12);
      break;
    }
  }
}

TEST_CASE("a disk that fails at any write of a rotation holds it up, and nobody's requests") {
  for (std::uint64_t write = 1;; ++write) {
    RotationTalk talk(3);
    talk.world.disk.fail_at(talk.world.disk.operations() + write);
    const auto begun = talk.world.core->rotate_directory_key(talk.world.now);
    talk.world.settle(500);
    const bool failed = talk.world.disk.failed();
    talk.world.disk.fail_at(std::nullopt);
    as<wire::Done>(talk.world.ask(talk.anna().at, wire::Ping{}));
    talk.world.settle(5'000);
    talk.check_all(begun ? 2 : 1);
    if (!failed) break;
  }
}

TEST_CASE("a relay killed at any write while a dead epoch is erased erases it in the end") {
  for (std::uint64_t write = 1; write < 60; write += 3) {
    RotationTalk talk(3);
    talk.rotate();
    talk.world.disk.fail_at(talk.world.disk.operations() + 15 + write);
    (void)talk.world.core->rotate_directory_key(talk.world.now);
    talk.world.settle(500);
    talk.world.disk.fail_at(std::nullopt);
    talk.world.disk.power_cut();
    talk.restart();
    talk.world.settle();
    talk.check_all(3);
    CHECK(rows_in(talk.world, tables::records) == 6);
    CHECK(rows_in(talk.world, tables::epochs) == 4);
  }
}
