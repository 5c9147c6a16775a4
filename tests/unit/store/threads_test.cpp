// Readers on other threads than the writer's.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "unit/store/backends.hpp"

using namespace tern;
using namespace tern::store;
using namespace tern::store::test;

TEMPLATE_TEST_CASE("readers on other threads see whole commits only", "", OnMemory, OnLmdb) {
  TestType on;
  constexpr int commits = 300;
  std::atomic<bool> written = false;
  std::atomic<int> torn = 0;
  std::atomic<int> reads = 0;
  const auto read_until_written = [&] {
    // One more look after the last commit, which must be seen.
    for (bool last = false; !last;) {
      last = written;
      const auto read = on.environment->read().value();
      if (text_at(*read, one, "a") != text_at(*read, two, "a")) ++torn;
      if (last && text_at(*read, one, "a") != std::to_string(commits)) ++torn;
      ++reads;
    }
  };
  std::thread first(read_until_written);
  std::thread second(read_until_written);
  bool failed = false;
  for (int i = 1; i <= commits && !failed; ++i) {
    const auto value = std::to_string(i);
    const auto done = transact(*on.environment, Durability::lazy, [&](WriteTransaction& write) {
      auto put = write.put(one, as_bytes("a"), as_bytes(value));
      return put ? write.put(two, as_bytes("a"), as_bytes(value)) : std::move(put);
    });
    failed = !done;
  }
  written = true;
  first.join();
  second.join();
  CHECK_FALSE(failed);
  CHECK(torn == 0);
  CHECK(reads >= 2);
}

TEMPLATE_TEST_CASE("a transaction begun on one thread may be used and ended on another", "",
                   OnMemory, OnLmdb) {
  TestType on;
  put(*on.environment, one, "a", "1");
  auto read = on.environment->read().value();
  std::optional<std::string> seen;
  std::thread([&] {
    seen = text_at(*read, one, "a");
    read.reset();
  }).join();
  CHECK(seen == "1");
  put(*on.environment, one, "a", "2");
  CHECK(text_at(*on.environment, one, "a") == "2");
}
