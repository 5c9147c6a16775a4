// The journal before the tables: what port_test and model_test ask of every backend, it keeps when
// a commit fails, too.
#include <catch2/catch.hpp>
#include <map>

#include "unit/store/backends.hpp"

using namespace tern;
using namespace tern::store;
using namespace tern::store::test;

namespace {

using Contents = std::map<std::string, std::string>;

Rows rows_of(const Contents& model) { return {model.begin(), model.end()}; }

std::size_t journal_rows(OnJournal& on) {
  on.environment.reset();
  const auto bare = open_memory(on.disk);
  const auto count = rows_up(*bare->read().value(), small_journal.table).size();
  on.reopen();
  return count;
}

/// A few rows of one table change, in one transaction.
Result<void> change_some(Environment& environment, Contents& model, std::mt19937& dice) {
  const auto some = 1 + dice() % 4;
  return transact(environment, dice() % 3 ? Durability::synced : Durability::lazy,
                  [&](WriteTransaction& rows) -> Result<void> {
                    for (unsigned i = 0; i < some; ++i) {
                      const std::string key(1, static_cast<char>('a' + dice() % 20));
                      if (dice() % 4 == 0) {
                        TERN_TRY(rows.erase(one, as_bytes(key)));
                        model.erase(key);
                        continue;
                      }
                      const std::string value(dice() % 60, static_cast<char>('0' + dice() % 10));
                      TERN_TRY(rows.put(one, as_bytes(key), as_bytes(value)));
                      model[key] = value;
                    }
                    return {};
                  });
}

}  // namespace

TEST_CASE("what waits is brought home, and the journal stays short") {
  OnJournal on;
  std::mt19937 dice(1);
  Contents model;
  std::size_t longest = 0;
  for (int i = 0; i < 500; ++i) {
    must(change_some(*on.environment, model, dice));
    if (i % 50 == 0) longest = std::max(longest, journal_rows(on));
  }
  CHECK(longest < 40);
  CHECK(journal_rows(on) > 0);
  CHECK(rows_up(*on.environment->read().value(), one) == rows_of(model));
  // More at once than a row of it takes: then nothing waits.
  must(transact(*on.environment, Durability::synced, [&](WriteTransaction& rows) -> Result<void> {
    for (int i = 0; i < 100; ++i) {
      const auto key = "many " + std::to_string(i);
      TERN_TRY(rows.put(one, as_bytes(key), as_bytes("thirty letters, give or take")));
      model[key] = "thirty letters, give or take";
    }
    return {};
  }));
  CHECK(journal_rows(on) == 0);
  const auto all = rows_up(*on.environment->read().value(), one);
  CHECK(std::map(all.begin(), all.end()) == model);
}

TEST_CASE("a change of one row costs the disk no more operations, however many rows wait") {
  OnJournal on;
  std::mt19937 dice(2);
  Contents model;
  for (int i = 0; i < 200; ++i) {
    const auto before = on.disk.operations();
    put(*on.environment, one, std::string(1, static_cast<char>('a' + dice() % 20)), "a value");
    // Its row, what it brings home, two old rows, the commit.
    CHECK(on.disk.operations() - before < 20);
  }
}

TEST_CASE("a commit that fails is kept whole or not at all, and is seen as it is on the disk") {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    OnJournal on;
    std::mt19937 dice(seed);
    Contents model;
    const auto changes = dice() % 60;
    for (unsigned i = 0; i < changes; ++i) must(change_some(*on.environment, model, dice));
    const auto before = model;
    on.disk.fail_at(on.disk.operations() + 1 + dice() % 12, Errc::storage_io,
                    dice() % 2 ? CommitOutcome::kept : CommitOutcome::lost);
    Result<void> done;
    Contents last = model;
    while (done) {
      last = model;
      done = change_some(*on.environment, model, dice);
    }
    on.disk.fail_at(std::nullopt);
    // With and without a new process.
    if (dice() % 2) on.reopen();
    const auto seen = rows_up(*on.environment->read().value(), one);
    const bool kept = seen == rows_of(model);
    CHECK((kept || seen == rows_of(last)));
    model = kept ? model : last;
    for (int i = 0; i < 40; ++i) must(change_some(*on.environment, model, dice));
    CHECK(rows_up(*on.environment->read().value(), one) == rows_of(model));
    on.reopen();
    CHECK(rows_up(*on.environment->read().value(), one) == rows_of(model));
  }
}

TEST_CASE("a power cut undoes lazy commits behind the journal as without it") {
  for (std::uint32_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    OnJournal on;
    std::mt19937 dice(seed);
    Contents model;
    for (int i = 0; i < 30; ++i) must(change_some(*on.environment, model, dice));
    put(*on.environment, one, "synced", "there");
    model["synced"] = "there";
    auto lost = model;
    for (int i = 0; i < 10; ++i)
      put(*on.environment, one, std::string(1, static_cast<char>('a' + dice() % 20)), "lazily",
          Durability::lazy);
    on.environment.reset();
    on.disk.power_cut();
    on.reopen();
    CHECK(rows_up(*on.environment->read().value(), one) == rows_of(model));
  }
}

TEST_CASE("a row of the journal that does not parse is damage, not an empty journal") {
  OnJournal on;
  put(*on.environment, one, "a", "1");
  on.environment.reset();
  {
    const auto bare = open_memory(on.disk);
    put(*bare, small_journal.table, std::string("\0\0\0\0\0\0\0\x09", 8), "\x04nonsense");
  }
  const auto opened = open_journaled(open_memory(on.disk), small_journal);
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error() == Errc::storage_damaged);
}
