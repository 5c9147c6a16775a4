// A database that outgrows its map, with and without room for a larger one.
#include <catch2/catch.hpp>

#include "crash/fault.hpp"
#include "crash/process.hpp"
#include "support/temporary_folder.hpp"

using namespace tern::crash;
using namespace std::chrono_literals;

namespace {

constexpr auto filling_time = 60s;
// A relay that nobody asks: what is queued stays.
constexpr char nowhere[] =
    "tern://127.0.0.1:1/baaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

std::vector<std::string> lines_of(Process& process) {
  std::vector<std::string> out;
  while (const auto line = process.line(filling_time)) out.push_back(*line);
  return out;
}

}  // namespace

TEST_CASE(
    "a folder outgrows its map; without room for a larger one it is full, and keeps what it has") {
  const tern::test::TemporaryFolder temp;
  const std::vector<std::string> fill{TERN_CRASH_ACTOR, "fill", temp.path / "anna", nowhere};
  auto environment = clock_environment();
  environment[plan::map_max] = std::to_string(24u << 20);
  Process cramped(fill, {environment, {}});
  const auto first = lines_of(cramped);
  REQUIRE(first.size() > 10);
  CHECK(first.back().starts_with("failed storage_full: "));
  CHECK(cramped.ending().status == 3);

  Process free(fill);
  const auto second = lines_of(free);
  REQUIRE(second.size() > 10);
  CHECK(second.front() == first[first.size() - 2]);
  CHECK(second.back() == "there 500");
  CHECK(free.ending().status == 0);
}
