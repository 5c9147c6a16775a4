// The journal before the tables: what port_test and model_test ask of every backend, it keeps when
// a commit fails, too; and it stays short.
#include <catch2/catch.hpp>
#include <map>

#include "base/try.hpp"
#include "unit/store/backends.hpp"

using namespace tern;
using namespace tern::store;
using namespace tern::store::test;

namespace {

using Contents = std::map<std::string, std::string>;

Rows rows_of(const Contents& model) { return {model.begin(), model.end()}; }

Rows rows_in(Environment& environment) { return rows_up(*must(environment.read()), one); }

std::size_t journal_bytes(Environment& environment) {
  std::size_t out = 0;
  for (const auto& [number, row] : rows_up(*must(environment.read()), small_journal.table))
    out += row.size();
  return out;
}

/// What stands in its own table, whatever waits.
Rows rows_at_home(OnJournal& on) { return rows_in(*open_memory(on.disk)); }

std::string random_key(std::mt19937& dice) {
  return std::string(1, static_cast<char>('a' + dice() % 20));
}

/// A few rows of one table change, in one transaction; sometimes one is large.
Result<void> change_some(Environment& environment, Contents& model, std::mt19937& dice) {
  const auto some = 1 + dice() % 4;
  return transact(environment, dice() % 3 ? Durability::synced : Durability::lazy,
                  [&](WriteTransaction& rows) -> Result<void> {
                    for (unsigned i = 0; i < some; ++i) {
                      const auto key = random_key(dice);
                      if (dice() % 4 == 0) {
                        TERN_TRY(rows.erase(one, as_bytes(key)));
                        model.erase(key);
                        continue;
                      }
                      const auto bytes = dice() % 10 == 0 ? 5'000 : dice() % 60;
                      const std::string value(bytes, static_cast<char>('0' + dice() % 10));
                      TERN_TRY(rows.put(one, as_bytes(key), as_bytes(value)));
                      model[key] = value;
                    }
                    return {};
                  });
}

Result<void> put_many(WriteTransaction& rows, int from, int count) {
  for (int i = from; i < from + count; ++i)
    TERN_TRY(rows.put(one, as_bytes("many " + std::to_string(i)), as_bytes("a dozen letters")));
  return {};
}

}  // namespace

TEST_CASE("the journal stays short, and nothing of what waits is lost") {
  OnJournal on;
  std::mt19937 dice(1);
  Contents model;
  for (int i = 0; i < 2'000; ++i) {
    must(change_some(*on.environment, model, dice));
    REQUIRE(journal_bytes(*on.environment) < small_journal.waiting_bytes + 500);
  }
  CHECK(rows_in(*on.environment) == rows_of(model));
  CHECK(rows_at_home(on) != rows_of(model));
}

TEST_CASE("the journal of a relay that is started anew again and again stays short") {
  OnJournal on;
  std::mt19937 dice(2);
  Contents model;
  for (int i = 0; i < 500; ++i) {
    on.reopen();
    must(change_some(*on.environment, model, dice));
    REQUIRE(journal_bytes(*on.environment) < small_journal.waiting_bytes + 500);
  }
  CHECK(rows_in(*on.environment) == rows_of(model));
}

TEST_CASE("a journal in which next to nothing waits stays short") {
  OnJournal on;
  for (int i = 0; i < 500; ++i) put(*on.environment, one, "one row", std::to_string(i));
  CHECK(journal_bytes(*on.environment) < small_journal.waiting_bytes + 50);
  CHECK(rows_in(*on.environment) == Rows{{"one row", "499"}});
}

TEST_CASE("a journal that is longer than it may be gets shorter with every commit") {
  OnJournal on;
  must(transact(*on.environment, Durability::synced,
                [](WriteTransaction& rows) { return put_many(rows, 0, 60); }));
  on.environment.reset();
  auto shorter = small_journal;
  shorter.waiting_bytes = 500;
  on.environment = must(open_journaled(open_memory(on.disk), shorter));
  for (int i = 0; i < 60; ++i) put(*on.environment, one, "another", "with a dozen letters");
  CHECK(journal_bytes(*on.environment) < shorter.waiting_bytes + 50);
}

TEST_CASE("many small rows in one transaction wait in several of the journal's") {
  OnJournal on;
  must(transact(*on.environment, Durability::synced,
                [](WriteTransaction& rows) { return put_many(rows, 0, 60); }));
  must(transact(*on.environment, Durability::synced,
                [](WriteTransaction& rows) { return put_many(rows, 60, 60); }));
  CHECK(rows_at_home(on).empty());
  CHECK(rows_up(*must(on.environment->read()), small_journal.table).size() > 10);
  const auto operations = on.disk.operations();
  put(*on.environment, one, "one more", "brings home one row of the journal");
  CHECK_FALSE(rows_at_home(on).empty());
  CHECK(rows_at_home(on).size() < 20);
  CHECK(on.disk.operations() - operations < 30);
  on.reopen();
  CHECK(rows_in(*on.environment).size() == 121);
}

TEST_CASE("a change of one row costs the disk no more operations, however many rows wait") {
  OnJournal on;
  std::mt19937 dice(3);
  for (int i = 0; i < 500; ++i) {
    const auto before = on.disk.operations();
    put(*on.environment, one, random_key(dice), "a value");
    // Its row, two or three that go home, a few old rows of the journal, the commit.
    CHECK(on.disk.operations() - before < 20);
  }
}

TEST_CASE("what is large for its rows goes straight into its table, over what waits of it") {
  OnJournal on;
  must(transact(*on.environment, Durability::synced,
                [](WriteTransaction& rows) { return put_many(rows, 0, 60); }));
  const std::string large(1'500, 'x');
  put(*on.environment, one, "many 59", large);
  CHECK(text_at(*open_memory(on.disk), one, "many 59") == large);
  CHECK(journal_bytes(*on.environment) > 500);
  for (int i = 0; i < 2; ++i) {
    CHECK(text_at(*on.environment, one, "many 59") == large);
    CHECK(rows_in(*on.environment).size() == 60);
    on.reopen();
  }
  put(*on.environment, one, "many 59", "small again");
  on.reopen();
  CHECK(text_at(*on.environment, one, "many 59") == "small again");
}

TEST_CASE("among large changes nothing waits for long") {
  OnJournal on;
  must(transact(*on.environment, Durability::synced,
                [](WriteTransaction& rows) { return put_many(rows, 0, 60); }));
  const std::string large(5'000, 'x');
  for (int i = 0; i < 5; ++i) put(*on.environment, one, "large", large);
  CHECK(journal_bytes(*on.environment) == 0);
  CHECK(rows_at_home(on) == rows_in(*on.environment));
}

TEST_CASE("more than may wait in all goes straight into its tables") {
  OnJournal on;
  put(*on.environment, one, "many 7", "old");
  must(transact(*on.environment, Durability::synced,
                [](WriteTransaction& rows) { return put_many(rows, 0, 300); }));
  CHECK(rows_at_home(on).size() == 300);
  on.reopen();
  CHECK(text_at(*on.environment, one, "many 7") == "a dozen letters");
}

TEST_CASE("reads and scans are right while a large write lives, its own and others'") {
  OnJournal on;
  put(*on.environment, one, "many 1", "old");
  const auto before = must(on.environment->read());
  const auto write = must(on.environment->write());
  must(write->put(two, as_bytes("beside"), as_bytes("1")));
  int seen = 0;
  must(write->scan(two, {}, {}, [&](ByteSpan, ByteSpan) {
    must(put_many(*write, 0, 1'000));
    ++seen;
    return Scan::next;
  }));
  CHECK(seen == 1);
  CHECK(rows_up(*write, one).size() == 1'000);
  CHECK(text_at(*write, one, "many 1") == "a dozen letters");
  CHECK(rows_up(*before, one) == Rows{{"many 1", "old"}});
  CHECK(rows_in(*on.environment) == Rows{{"many 1", "old"}});
  must(write->commit(Durability::synced));
  CHECK(rows_up(*before, one) == Rows{{"many 1", "old"}});
  CHECK(rows_in(*on.environment).size() == 1'000);
}

TEST_CASE("on a full disk what is erased makes room, at the second try at the latest") {
  OnJournal on;
  on.disk.set_capacity(6'000);
  int rows = 0;
  const auto put_next = [&](WriteTransaction& writing) { return put_many(writing, rows, 1); };
  Result<void> done;
  while (done = transact(*on.environment, Durability::synced, put_next)) ++rows;
  REQUIRE(done.error() == Errc::storage_full);
  const auto used = on.disk.bytes_used();
  const auto erase_next = [&](WriteTransaction& writing) {
    return writing.erase(one, as_bytes("many " + std::to_string(--rows)));
  };
  must(transact(*on.environment, Durability::lazy, erase_next));
  // What waited is home with it, too.
  CHECK(on.disk.bytes_used() < used - 500);
  for (int i = 0; i < 20; ++i) must(transact(*on.environment, Durability::lazy, erase_next));
  const auto put_as_many = [&](WriteTransaction& writing) { return put_many(writing, rows, 20); };
  done = transact(*on.environment, Durability::synced, put_as_many);
  if (!done) must(transact(*on.environment, Durability::synced, put_as_many));
  CHECK(rows_in(*on.environment).size() == static_cast<std::size_t>(rows) + 20);
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
    const auto seen = rows_in(*on.environment);
    const bool kept = seen == rows_of(model);
    CHECK((kept || seen == rows_of(last)));
    model = kept ? model : last;
    for (int i = 0; i < 40; ++i) must(change_some(*on.environment, model, dice));
    CHECK(rows_in(*on.environment) == rows_of(model));
    on.reopen();
    CHECK(rows_in(*on.environment) == rows_of(model));
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
    for (int i = 0; i < 10; ++i)
      put(*on.environment, one, random_key(dice), "lazily", Durability::lazy);
    on.environment.reset();
    on.disk.power_cut();
    on.reopen();
    CHECK(rows_in(*on.environment) == rows_of(model));
  }
}

TEST_CASE("a journal that does not parse, or lacks a row, is damage and not an empty one") {
  const auto bytes = [](std::initializer_list<char> change) { return std::string(change); };
  for (const auto& change :
       {bytes({4, 2, 1, 'z'}), bytes({1}), bytes({2, 1}), bytes({1, 2, 1, 'z', 5, 'z'}),
        bytes({2, 0}), bytes({2, 2, tables_max + 1, 'z'})}) {
    OnJournal on;
    put(*on.environment, one, "a", "1");
    on.environment.reset();
    put(*open_memory(on.disk), small_journal.table, std::string("\0\0\0\0\0\0\0\x02", 8), change);
    CHECK(open_journaled(open_memory(on.disk), small_journal).error() == Errc::storage_damaged);
  }
  OnJournal on;
  put(*on.environment, one, "a", "1");
  on.environment.reset();
  put(*open_memory(on.disk), small_journal.table, std::string("\0\0\0\0\0\0\0\x03", 8),
      "\x02\x02\x01z");
  CHECK(open_journaled(open_memory(on.disk), small_journal).error() == Errc::storage_damaged);
}
