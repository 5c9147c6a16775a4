// What every backend promises.
#include <catch2/catch.hpp>

#include "base/try.hpp"
#include "unit/store/backends.hpp"

using namespace tern;
using namespace tern::store;
using namespace tern::store::test;

namespace {

void put_all(Environment& environment, Table table, std::initializer_list<std::string_view> keys) {
  for (const auto key : keys) put(environment, table, key, key);
}

std::vector<std::string> keys_of(const Rows& rows) {
  std::vector<std::string> out;
  for (const auto& [key, value] : rows) out.push_back(key);
  return out;
}

using Keys = std::vector<std::string>;

}  // namespace

TEMPLATE_TEST_CASE("a committed row is there after reopening and a dropped one is not", "",
                   OnMemory, OnLmdb, OnJournal) {
  TestType on;
  put(*on.environment, one, "anna", "1");
  {
    const auto dropped = on.environment->write().value();
    dropped->put(one, as_bytes("bo"), as_bytes("2")).value();
    dropped->erase(one, as_bytes("anna")).value();
    CHECK(text_at(*dropped, one, "bo") == "2");
    CHECK_FALSE(text_at(*dropped, one, "anna"));
  }
  on.reopen();
  CHECK(text_at(*on.environment, one, "anna") == "1");
  CHECK_FALSE(text_at(*on.environment, one, "bo"));
  CHECK_FALSE(text_at(*on.environment, two, "anna"));
}

TEMPLATE_TEST_CASE("a put replaces; erasing nothing is fine; empty keys and values are rows", "",
                   OnMemory, OnLmdb, OnJournal) {
  TestType on;
  put(*on.environment, one, "a", "old");
  transact(*on.environment, Durability::synced, [](WriteTransaction& transaction) -> Result<void> {
    transaction.put(one, as_bytes("a"), as_bytes("new")).value();
    transaction.put(one, as_bytes("empty"), {}).value();
    transaction.put(one, {}, as_bytes("row with an empty key")).value();
    transaction.erase(one, as_bytes("nobody")).value();
    transaction.put(one, as_bytes("b"), as_bytes("gone")).value();
    return transaction.erase(one, as_bytes("b"));
  }).value();
  const auto read = on.environment->read().value();
  CHECK(rows_up(*read, one) == Rows{{"", "row with an empty key"}, {"a", "new"}, {"empty", ""}});
}

TEMPLATE_TEST_CASE("a scan goes up through a prefix from a key on, and stays in its table", "",
                   OnMemory, OnLmdb, OnJournal) {
  TestType on;
  put_all(*on.environment, one, {"a", "b", "b1", "b2", "b2x", "b3", "c", "b\xff", "b\xff\xff"});
  put_all(*on.environment, two, {"b0"});
  put_all(*on.environment, {3}, {"a"});
  const auto read = on.environment->read().value();
  CHECK(keys_of(rows_up(*read, one, "b")) ==
        Keys{"b", "b1", "b2", "b2x", "b3", "b\xff", "b\xff\xff"});
  CHECK(keys_of(rows_up(*read, one, "b", "b2")) == Keys{"b2", "b2x", "b3", "b\xff", "b\xff\xff"});
  CHECK(keys_of(rows_up(*read, one, "b", "b2a")) == Keys{"b2x", "b3", "b\xff", "b\xff\xff"});
  CHECK(keys_of(rows_up(*read, one, "b", "a")) == keys_of(rows_up(*read, one, "b")));
  CHECK(rows_up(*read, one, "b", "c").empty());
  CHECK(rows_up(*read, one, "bb").empty());
  CHECK(keys_of(rows_up(*read, one, "", "b3")) == Keys{"b3", "b\xff", "b\xff\xff", "c"});
  CHECK(keys_of(rows_up(*read, one, "b\xff")) == Keys{"b\xff", "b\xff\xff"});
  CHECK(keys_of(rows_up(*read, two)) == Keys{"b0"});
  CHECK(rows_up(*read, {4}).empty());
}

TEMPLATE_TEST_CASE("a scan goes down through a prefix from a key on", "", OnMemory, OnLmdb,
                   OnJournal) {
  TestType on;
  put_all(*on.environment, one, {"a", "b", "b1", "b2", "b2x", "b3", "c", "b\xff", "b\xff\xff"});
  put_all(*on.environment, two, {"b0"});
  const auto read = on.environment->read().value();
  CHECK(keys_of(rows_down(*read, one, "b")) ==
        Keys{"b\xff\xff", "b\xff", "b3", "b2x", "b2", "b1", "b"});
  CHECK(keys_of(rows_down(*read, one, "b", "b2")) == Keys{"b2", "b1", "b"});
  CHECK(keys_of(rows_down(*read, one, "b", "b2a")) == Keys{"b2", "b1", "b"});
  CHECK(keys_of(rows_down(*read, one, "b", "c")) == keys_of(rows_down(*read, one, "b")));
  CHECK(rows_down(*read, one, "b", "a").empty());
  CHECK(keys_of(rows_down(*read, one, "b\xff")) == Keys{"b\xff\xff", "b\xff"});
  CHECK(keys_of(rows_down(*read, one, "", "b1")) == Keys{"b1", "b", "a"});
  CHECK(keys_of(rows_down(*read, one)).size() == 9);
  CHECK(rows_down(*read, {4}).empty());
  CHECK(keys_of(rows_down(*read, two)) == Keys{"b0"});
}

TEMPLATE_TEST_CASE("a scan ends when its visitor says so", "", OnMemory, OnLmdb, OnJournal) {
  TestType on;
  put_all(*on.environment, one, {"a", "b", "c"});
  const auto read = on.environment->read().value();
  Keys seen;
  const auto until_two = [&seen](ByteSpan key, ByteSpan) {
    seen.push_back(as_text(key));
    return seen.size() == 2 ? Scan::stop : Scan::next;
  };
  read->scan(one, {}, {}, until_two).value();
  CHECK(seen == Keys{"a", "b"});
  seen.clear();
  read->scan_back(one, {}, {}, until_two).value();
  CHECK(seen == Keys{"c", "b"});
}

TEMPLATE_TEST_CASE("a scan's visitor may read anything and write to other tables", "", OnMemory,
                   OnLmdb, OnJournal) {
  TestType on;
  transact(*on.environment, Durability::lazy, [](WriteTransaction& transaction) -> Result<void> {
    for (int i = 0; i < 500; ++i) TERN_TRY(transaction.put(two, as_bytes(std::to_string(i)), {}));
    return {};
  }).value();
  const auto write = on.environment->write().value();
  std::size_t seen = 0;
  const auto move_row = [&](ByteSpan key, ByteSpan) {
    ++seen;
    CHECK(write->get(two, key).value().has_value());
    // Rows before and behind the scanned table, large enough to split pages.
    write->put(one, key, Bytes(300, 1)).value();
    write->put({3}, key, Bytes(300, 1)).value();
    return Scan::next;
  };
  write->scan(two, {}, {}, move_row).value();
  CHECK(seen == 500);
  write->scan_back(two, {}, {}, move_row).value();
  CHECK(seen == 1000);
  write->commit(Durability::synced).value();
  const auto read = on.environment->read().value();
  CHECK(rows_up(*read, one).size() == 500);
  CHECK(rows_up(*read, {3}).size() == 500);
}

TEMPLATE_TEST_CASE("a reader keeps its snapshot while a writer commits", "", OnMemory, OnLmdb) {
  TestType on;
  put(*on.environment, one, "a", "before");
  const auto read = on.environment->read().value();
  put(*on.environment, one, "a", "after");
  put(*on.environment, one, "b", "new");
  CHECK(text_at(*read, one, "a") == "before");
  CHECK(rows_up(*read, one) == Rows{{"a", "before"}});
  CHECK(text_at(*on.environment, one, "a") == "after");
}

TEMPLATE_TEST_CASE("a reader does not see what is not committed", "", OnMemory, OnLmdb) {
  TestType on;
  const auto write = on.environment->write().value();
  write->put(one, as_bytes("a"), as_bytes("1")).value();
  const auto read = on.environment->read().value();
  CHECK_FALSE(text_at(*read, one, "a"));
  write->commit(Durability::lazy).value();
  CHECK_FALSE(text_at(*read, one, "a"));
  CHECK(text_at(*on.environment, one, "a") == "1");
}

TEMPLATE_TEST_CASE("keys and values up to their limits are kept, longer ones are too_long", "",
                   OnMemory, OnLmdb, OnJournal) {
  TestType on;
  const std::string longest(key_bytes_max, 'k');
  const std::string large(300000, 'v');
  put(*on.environment, one, longest, large);
  CHECK(text_at(*on.environment, one, longest) == large);
  const auto write = on.environment->write().value();
  CHECK(write->put(one, as_bytes(longest + "k"), {}).error() == Errc::too_long);
  CHECK(write->get(one, as_bytes(longest + "k")).error() == Errc::too_long);
  CHECK(write->put(one, as_bytes("k"), Bytes(value_bytes_max + 1)).error() == Errc::too_long);
  const auto any = [](ByteSpan, ByteSpan) { return Scan::next; };
  CHECK(write->scan(one, as_bytes(longest + "k"), {}, any).error() == Errc::too_long);
  CHECK(write->scan_back(one, {}, as_bytes(longest + "k"), any).error() == Errc::too_long);
}

TEMPLATE_TEST_CASE("commits, syncs and bytes are counted", "", OnMemory, OnLmdb, OnJournal) {
  TestType on;
  const auto before = on.environment->counters();
  put(*on.environment, one, "a", "12345", Durability::lazy);
  put(*on.environment, one, "b", "123", Durability::synced);
  put(*on.environment, one, "c", "", Durability::lazy);
  auto after = on.environment->counters();
  CHECK(after.commits - before.commits == 3);
  CHECK(after.syncs - before.syncs == 1);
  CHECK(after.bytes_put - before.bytes_put == 8);

  SECTION("an empty synced commit makes the lazy ones before it durable, once") {
    const auto nothing = [](WriteTransaction&) { return Result<void>(); };
    transact(*on.environment, Durability::synced, nothing).value();
    CHECK(on.environment->counters().syncs == after.syncs + 1);
    transact(*on.environment, Durability::synced, nothing).value();
    CHECK(on.environment->counters().syncs == after.syncs + 1);
  }
}

TEMPLATE_TEST_CASE("a transaction that fails leaves the database as it was", "", OnMemory, OnLmdb,
                   OnJournal) {
  TestType on;
  put(*on.environment, one, "a", "1");
  const auto done =
      transact(*on.environment, Durability::synced, [](WriteTransaction& transaction) {
        transaction.put(one, as_bytes("a"), as_bytes("2")).value();
        return Result<void>(Errc::not_found);
      });
  CHECK(done.error() == Errc::not_found);
  CHECK(text_at(*on.environment, one, "a") == "1");
  put(*on.environment, one, "a", "3");
  CHECK(text_at(*on.environment, one, "a") == "3");
}
