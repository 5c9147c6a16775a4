// kill -9 while rows are committed.
#include <catch2/catch.hpp>

#include "unit/store/backends.hpp"
#include "unit/store/processes.hpp"

using namespace tern;
using namespace tern::store;
using namespace tern::store::test;

namespace {

std::string number(std::uint32_t value) {
  auto digits = std::to_string(value);
  return std::string(8 - digits.size(), '0') + digits;
}

// Each transaction writes its row twice and the counter: all three, or none.
Result<void> count_up(Environment& environment, std::uint32_t value, Durability durability) {
  return transact(environment, durability, [&](WriteTransaction& transaction) -> Result<void> {
    must(transaction.put(one, as_bytes(number(value)), Bytes(value % 5000)));
    must(transaction.put(two, as_bytes(number(value)), Bytes(value % 50)));
    return transaction.put({3}, as_bytes("count"), as_bytes(number(value)));
  });
}

}  // namespace

TEST_CASE(
    "kill -9 while committing loses no commit that returned, synced or lazy, and halves none") {
  const TempFolder temp;
  const LmdbOptions options{.folder = temp.path() / "db", .map_bytes_initial = 1u << 16};
  std::uint32_t told = 0;
  for (int round = 0; round < 12; ++round) {
    Child child([&](const Child::Tell& tell) {
      const auto environment = must(open_lmdb(options));
      for (auto value = told + 1;; ++value) {
        must(count_up(*environment, value, value % 3 ? Durability::lazy : Durability::synced));
        tell(value);
      }
    });
    for (int wait = 0; wait <= round * 3; ++wait) told = child.next().value();
    child.kill();
    while (const auto more = child.next()) told = *more;

    const auto environment = must(open_lmdb(options));
    const auto count = text_at(*environment, {3}, "count").value();
    REQUIRE((count == number(told) || count == number(told + 1)));
    const auto read = must(environment->read());
    const auto rows = rows_up(*read, one);
    REQUIRE(rows.size() == std::stoul(count));
    REQUIRE(rows_up(*read, two).size() == rows.size());
    REQUIRE(rows.back().first == count);
    told = static_cast<std::uint32_t>(rows.size());
  }
}
