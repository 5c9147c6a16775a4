#include <catch2/catch.hpp>

#include "unit/store/backends.hpp"

using namespace tern;
using namespace tern::store;
using namespace tern::store::test;

namespace {

std::uint64_t operations_of_one_put(OnMemory& on) {
  const auto before = on.disk.operations();
  put(*on.environment, one, "x", "x");
  return on.disk.operations() - before;
}

Result<void> try_put(Environment& environment, std::string_view key, std::string_view value) {
  return transact(environment, Durability::synced, [&](WriteTransaction& transaction) {
    return transaction.put(one, as_bytes(key), as_bytes(value));
  });
}

}  // namespace

TEST_CASE("a power cut undoes lazy commits and no synced one") {
  OnMemory on;
  put(*on.environment, one, "a", "lazy", Durability::lazy);
  put(*on.environment, one, "b", "synced", Durability::synced);
  put(*on.environment, one, "a", "replaced", Durability::lazy);
  put(*on.environment, one, "c", "new", Durability::lazy);
  put(*on.environment, one, "c", "newer", Durability::lazy);
  transact(*on.environment, Durability::lazy, [](WriteTransaction& transaction) {
    return transaction.erase(one, as_bytes("b"));
  }).value();
  const auto used = on.disk.bytes_used();

  SECTION("a process that dies keeps all of it") {
    on.reopen();
    CHECK(rows_up(*on.environment->read().value(), one) == Rows{{"a", "replaced"}, {"c", "newer"}});
    CHECK(on.disk.bytes_used() == used);
  }
  SECTION("a machine that loses power keeps what was synced") {
    on.environment.reset();
    on.disk.power_cut();
    on.reopen();
    CHECK(rows_up(*on.environment->read().value(), one) == Rows{{"a", "lazy"}, {"b", "synced"}});
  }
  SECTION("a synced commit takes the lazy ones before it along") {
    put(*on.environment, two, "d", "", Durability::synced);
    on.disk.power_cut();
    CHECK(rows_up(*on.environment->read().value(), one) == Rows{{"a", "replaced"}, {"c", "newer"}});
  }
}

TEST_CASE("the operation that was asked to fail fails, and every one after it") {
  OnMemory on;
  put(*on.environment, one, "a", "1");
  CHECK(operations_of_one_put(on) == 2);
  on.disk.fail_at(on.disk.operations() + 1, Errc::storage_full);
  CHECK(try_put(*on.environment, "a", "2").error() == Errc::storage_full);
  CHECK(try_put(*on.environment, "a", "3").error() == Errc::storage_full);
  CHECK(text_at(*on.environment, one, "a") == "1");
  on.disk.fail_at(std::nullopt);
  try_put(*on.environment, "a", "4").value();
  CHECK(text_at(*on.environment, one, "a") == "4");
}

TEST_CASE("a commit that fails was kept or lost, as asked") {
  OnMemory on;
  put(*on.environment, one, "a", "1");
  on.disk.fail_at(on.disk.operations() + 2, Errc::storage_io, CommitOutcome::lost);
  CHECK(try_put(*on.environment, "a", "2").error() == Errc::storage_io);
  CHECK(text_at(*on.environment, one, "a") == "1");
  on.disk.fail_at(on.disk.operations() + 2, Errc::storage_io, CommitOutcome::kept);
  CHECK(try_put(*on.environment, "a", "3").error() == Errc::storage_io);
  CHECK(text_at(*on.environment, one, "a") == "3");
  CHECK(try_put(*on.environment, "a", "4").error() == Errc::storage_io);
  CHECK(text_at(*on.environment, one, "a") == "3");
}

TEST_CASE("work that hits a full map is run again from the start") {
  OnMemory on;
  on.disk.fail_at(on.disk.operations() + 2, Errc::storage_map_full);
  int runs = 0;
  transact(*on.environment, Durability::synced, [&](WriteTransaction& transaction) {
    ++runs;
    CHECK_FALSE(text_at(transaction, one, "a"));
    transaction.put(one, as_bytes("a"), {}).value();
    return transaction.put(one, as_bytes("b"), {});
  }).value();
  CHECK(runs == 2);
  CHECK(rows_up(*on.environment->read().value(), one).size() == 2);
}

TEST_CASE("a disk of a given size is full at that size") {
  OnMemory on;
  put(*on.environment, one, "a", "12345678");
  on.disk.set_capacity(on.disk.bytes_used());
  CHECK(try_put(*on.environment, "b", "").error() == Errc::storage_full);
  try_put(*on.environment, "a", "87654321").value();
  CHECK(try_put(*on.environment, "a", "123456789").error() == Errc::storage_full);
  transact(*on.environment, Durability::synced, [](WriteTransaction& transaction) {
    transaction.erase(one, as_bytes("a")).value();
    return transaction.put(one, as_bytes("b"), as_bytes("12345678"));
  }).value();
  CHECK(rows_up(*on.environment->read().value(), one) == Rows{{"b", "12345678"}});
}

TEST_CASE("an old copy put back is what was on the disk then") {
  OnMemory on;
  put(*on.environment, one, "a", "old");
  const auto copy = on.disk.copy();
  const auto operations = on.disk.operations();
  put(*on.environment, one, "a", "new");
  put(*on.environment, one, "b", "new");
  on.disk.restore(copy);
  CHECK(rows_up(*on.environment->read().value(), one) == Rows{{"a", "old"}});
  CHECK(on.disk.operations() > operations);
  put(*on.environment, one, "a", "newer");
  on.disk.restore(copy);
  CHECK(text_at(*on.environment, one, "a") == "old");
}

TEST_CASE("a dump shows every key and value, and what a power cut would bring back") {
  OnMemory on;
  put(*on.environment, one, "key", "first", Durability::synced);
  put(*on.environment, one, "key", "second", Durability::lazy);
  const auto dump = as_text(on.disk.dump());
  for (const auto* const text : {"key", "first", "second"})
    CHECK(dump.find(text) != std::string::npos);
}
