#include <catch2/catch.hpp>

#include "unit/store/backends.hpp"

using namespace tern;
using namespace tern::store;
using namespace tern::store::test;

TEMPLATE_TEST_CASE("a committed row is there after reopening, a dropped one is not", "", OnMemory,
                   OnLmdb) {
  TestType on;
  put(*on.environment, one, "anna", "1");
  {
    const auto dropped = on.environment->write().value();
    dropped->put(one, as_bytes("bo"), as_bytes("2")).value();
    CHECK(text_at(*dropped, one, "bo") == "2");
  }
  on.reopen();
  CHECK(text_at(*on.environment, one, "anna") == "1");
  CHECK_FALSE(text_at(*on.environment, one, "bo"));
  CHECK_FALSE(text_at(*on.environment, two, "anna"));
}

TEMPLATE_TEST_CASE("a put replaces, an erase of nothing is fine, an empty value is a value", "",
                   OnMemory, OnLmdb) {
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
