// Who is in a chat and who was, as a row: kept, bounded, and read where an older program wrote it.
#include "client/roster.hpp"

#include <catch2/catch.hpp>

#include "client/record_codec.hpp"
#include "client/saying_again.hpp"
#include "store/memory.hpp"
#include "support/seeded_entropy.hpp"

using namespace tern;
using namespace tern::test;
using namespace tern::client;

namespace {

struct KeptRoster {
  // As it is after it was written and read.
  Roster again(const Roster& roster) {
    const auto transaction = environment->write().value();
    Rows rows(*transaction, sealer);
    REQUIRE(roster.store(rows, row).has_value());
    return Roster::load(rows, row).value();
  }
  Result<Roster> read(ByteSpan bytes) {
    const auto transaction = environment->write().value();
    Rows rows(*transaction, sealer);
    REQUIRE(rows.put(tables::rosters, row, bytes).has_value());
    return Roster::load(rows, row);
  }
  Seat seat(std::uint64_t joined_seq) {
    return {entropy.make<DeviceId>(), entropy.make<AccountId>(), joined_seq};
  }

  SeededEntropy entropy{170};
  store::MemoryDisk disk;
  std::unique_ptr<store::Environment> environment = store::open_memory(disk);
  store::Sealer sealer{store::StorageKey{}, entropy};
  RowId row = sealer.row_id(tables::chats, as_bytes("a chat"));
};

}  // namespace

TEST_CASE("who is in and who was comes back from its row") {
  KeptRoster kept;
  const Seat anna = kept.seat(3), bo = kept.seat(5);
  Roster roster;
  roster.add(anna);
  roster.add(bo);
  CHECK(kept.again(roster).seats().size() == 2);
  CHECK(kept.again(roster).newest_member() == 5);
  roster.remove(bo.device, 9);
  roster.somebody_joined(7);
  const auto back = kept.again(roster);
  CHECK(back.seats().size() == 1);
  CHECK(back.newest_member() == 7);
  REQUIRE(back.stay_of(bo.device));
  CHECK(back.stay_of(bo.device)->joined_seq == 5);
  CHECK(back.stay_of(bo.device)->left_seq == 9);
  CHECK(back.stay_of(anna.device) == nullptr);
}

TEST_CASE("a row of seats alone is read, as programs before wrote it; half of one is not") {
  KeptRoster kept;
  const auto anna = kept.seat(3);
  RecordWriter writer;
  writer.raw(anna.device).raw(anna.account).number(anna.joined_seq);
  const auto read = kept.read(writer.span());
  REQUIRE(read.has_value());
  REQUIRE(read->find(anna.device));
  CHECK(read->find(anna.device)->joined_seq == 3);
  CHECK(kept.read(writer.span().first(70)).error() == Errc::storage_damaged);
}

TEST_CASE("who comes in by a commit comes in new; by another history it was there before") {
  KeptRoster kept;
  const Seat anna = kept.seat(3), bo = kept.seat(5), cem = kept.seat(6);
  Roster roster;
  for (const auto& seat : {anna, bo, cem}) roster.add(seat);
  roster.remove(bo.device, 9);

  auto added = roster;
  added.add({bo.device, bo.account, 12});
  CHECK(added.stay_of(bo.device) == nullptr);

  const auto other = roster.with_seats({anna, bo, cem}, 20);
  CHECK(other.find(anna.device)->joined_seq == 3);
  CHECK(other.find(bo.device)->joined_seq == 20);
  // What was written while all three were in, and no more.
  const auto meant = rejoin::meant_for_all(roster, other, {1, 30});
  CHECK(meant.after == 6);
  CHECK(meant.before == 9);
  // Later that stay is no measure any more.
  CHECK(rejoin::meant_for_all(other, other, {1, 30}).after == 20);
  CHECK(rejoin::meant_for_all(other, other, {1, 30}).before == 30);
}

TEST_CASE("to who comes in new by another history all that was written before is older") {
  KeptRoster kept;
  Roster roster;
  roster.add(kept.seat(3));
  auto seats = roster.seats();
  seats.push_back(kept.seat(0));
  const auto meant = rejoin::meant_for_all(roster, roster.with_seats(seats, 20), {1, 30});
  CHECK(meant.after >= meant.before);
}

TEST_CASE("who came in by what the relay has lost was there for what was written after that") {
  KeptRoster kept;
  Roster roster;
  roster.add(kept.seat(3));
  roster.add(kept.seat(45));
  const auto meant = rejoin::meant_for_all(roster, roster.with_seats(roster.seats(), 30), {1, 61});
  CHECK(meant.after == 45);
  CHECK(meant.before == 61);
}

TEST_CASE("where the history goes on nobody has come in, or gone, further on than that") {
  KeptRoster kept;
  const Seat anna = kept.seat(3), bo = kept.seat(5), cem = kept.seat(25);
  Roster roster;
  for (const auto& seat : {anna, bo, cem}) roster.add(seat);
  roster.remove(bo.device, 35);
  roster.somebody_joined(30);
  CHECK(roster.clip(12));
  CHECK(roster.find(anna.device)->joined_seq == 3);
  CHECK(roster.find(cem.device)->joined_seq == 12);
  CHECK(roster.stay_of(bo.device)->joined_seq == 5);
  CHECK(roster.stay_of(bo.device)->left_seq == 12);
  CHECK(roster.newest_member() == 12);
  CHECK_FALSE(roster.clip(12));
}

TEST_CASE("the last 64 who were taken out are remembered") {
  KeptRoster kept;
  Roster roster;
  std::vector<Seat> seats;
  for (std::uint64_t i = 0; i < 70; ++i) {
    seats.push_back(kept.seat(i + 1));
    roster.add(seats.back());
    roster.remove(seats.back().device, i + 2);
  }
  roster = kept.again(roster);
  CHECK(roster.stay_of(seats[5].device) == nullptr);
  CHECK(roster.stay_of(seats[6].device) != nullptr);
  CHECK(roster.stay_of(seats[69].device) != nullptr);
  roster.all_joined(100);
  CHECK(roster.stay_of(seats[69].device) == nullptr);
}
