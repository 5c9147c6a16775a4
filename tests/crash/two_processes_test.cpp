// One folder, two processes: the second is told at once, and a killed one leaves no lock behind.
#include <catch2/catch.hpp>
#include <iterator>

#include "crash/fault.hpp"
#include "crash/process.hpp"
#include "support/read_file.hpp"
#include "support/temporary_folder.hpp"

using namespace tern::crash;
using namespace std::chrono_literals;

namespace {

constexpr auto two_processes_wait = 60s;

std::vector<std::string> relay_on(const std::filesystem::path& folder) {
  return {TERN_RELAY, "--data", folder, "--listen", "127.0.0.1:0"};
}

}  // namespace

TEST_CASE("a second process on a person's folder is told that it is in use") {
  const tern::test::TemporaryFolder temp;
  Process relay(relay_on(temp.path / "relay"), {.errors_file = temp.path / "log"});
  const auto address = relay.line(two_processes_wait);
  REQUIRE(address);
  const std::vector<std::string> play{TERN_CRASH_ACTOR, "play", temp.path / "anna",
                                      *address,         "anna", temp.path};
  Process first(play);
  REQUIRE(first.line(two_processes_wait));  // it has the folder open
  {
    Process second(play);
    const auto said = second.line(two_processes_wait);
    REQUIRE(said);
    CHECK(said->starts_with("failed storage_in_use: "));
    CHECK(second.ending().status == 3);
  }
  first.kill();
  Process third({TERN_CRASH_ACTOR, "dump", temp.path / "anna"});
  CHECK(third.line(two_processes_wait).value_or("").starts_with("account "));
  while (third.line(two_processes_wait)) continue;
  CHECK(third.ending().status == 0);
}

TEST_CASE("a second relay on a folder is told that it is in use") {
  const tern::test::TemporaryFolder temp;
  const auto folder = temp.path / "relay";
  Process first(relay_on(folder), {.errors_file = temp.path / "log"});
  const auto address = first.line(two_processes_wait);
  REQUIRE(address);
  {
    Process second(relay_on(folder), {.errors_file = temp.path / "second.log"});
    CHECK_FALSE(second.line(two_processes_wait));
    CHECK(second.ending().status == 1);
    CHECK(tern::test::read_file(temp.path / "second.log").find("is open in another process") !=
          std::string::npos);
  }
  first.kill();
  Process third(relay_on(folder), {.errors_file = temp.path / "log"});
  const auto again = third.line(two_processes_wait);
  REQUIRE(again);
  CHECK(again->substr(again->rfind('/')) == address->substr(address->rfind('/')));  // the same key
  CHECK(third.terminate() == 0);
}
