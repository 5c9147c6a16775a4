// What once made runs of the lab fail though tern had done nothing wrong.
#include <catch2/catch.hpp>
#include <fstream>

#include "crash/fault.hpp"
#include "crash/process.hpp"
#include "support/read_file.hpp"
#include "support/temporary_folder.hpp"

using namespace tern::crash;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr auto patience = 60s;

void write_script(const fs::path& path, const std::string& commands) {
  std::ofstream(path) << "#!/bin/sh\n" << commands << "\n";
  fs::permissions(path, fs::perms::owner_all);
}

// Listens to the process until the file has the word in it; false when that takes too long.
bool appears(const std::string& word, const fs::path& file, Process& process) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end) {
    if (tern::test::read_file(file).find(word) != std::string::npos) return true;
    process.line(20ms);
  }
  return false;
}

}  // namespace

TEST_CASE("a script that was being written when another process began can be executed") {
  const tern::test::TemporaryFolder temp;
  const auto path = temp.path / "script";
  std::ofstream script(path);
  Process begun({"/bin/sh", "-c", "echo begun; exec sleep 60"});
  REQUIRE(begun.line(patience) == "begun");
  script << "#!/bin/sh\necho executed\n";
  script.close();
  fs::permissions(path, fs::perms::owner_all);

  Process executed({path});
  CHECK(executed.line(patience) == "executed");
  CHECK(executed.ending().status == 0);
}

TEST_CASE(
    "who has asked for codes too fast, while none could be sent, gets its number afterwards") {
  const tern::test::TemporaryFolder temp;
  const auto down = temp.path / "down", codes = temp.path / "codes", log = temp.path / "log";
  write_script(temp.path / "send-code",
               "[ ! -e '" + down.string() + "' ] && cat >> '" + codes.string() + "'");
  std::ofstream(down) << "no codes";
  Process relay({TERN_RELAY, "--data", temp.path / "relay", "--listen", "127.0.0.1:0", "--verifier",
                 "command:" + (temp.path / "send-code").string(), "--codes-per-hour", "1000",
                 "--account-codes-per-hour", "1000", "--work-bits", "0"},
                {clock_environment(), log});
  const auto address = relay.line(patience);
  REQUIRE(address);
  Process anna({TERN_CRASH_ACTOR, "play", temp.path / "anna", *address, "anna", temp.path},
               {clock_environment(), temp.path / "anna.log"});
  REQUIRE(appears("code not sent", log, anna));
  REQUIRE(appears("rate_limited", log, anna));
  fs::remove(down);
  CHECK(appears("number confirmed", log, anna));
}
