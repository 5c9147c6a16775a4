#include "net/code_command.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "support/read_file.hpp"
#include "support/temporary_folder.hpp"

using namespace tern;
using namespace std::chrono_literals;

namespace {

// A program of an operator's.
class Script {
 public:
  explicit Script(const std::string& text) : path_(folder_.path / "send-code") {
    std::ofstream(path_) << "#!/bin/sh\ncd " << folder_.path.string() << "\n" << text;
    ::chmod(path_.c_str(), 0700);
  }
  bool run(std::chrono::milliseconds time = 60s) const {
    return net::run_code_command(path_, "+3212345678", "012345", time);
  }
  std::string wrote(const char* file) const { return test::read_file(folder_.path / file); }

 private:
  test::TemporaryFolder folder_;
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("the command reads number and code, and its status is the verdict") {
  const Script good("cat > said\necho \"$#\" > arguments\n");
  CHECK(good.run());
  CHECK(good.wrote("said") == "+3212345678 012345\n");
  CHECK(good.wrote("arguments") == "0\n");
  CHECK_FALSE(Script("cat > /dev/null\nexit 1\n").run());
  CHECK_FALSE(Script("kill -9 $$\n").run());
}

TEST_CASE("a command that reads nothing may succeed all the same") {
  CHECK(Script("exit 0\n").run());
}

TEST_CASE("a command has none of the relay's files and sockets") {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);  // as asio opens them: not close-on-exec
  REQUIRE(socket >= 0);
  const Script curious("readlink /proc/$$/fd/" + std::to_string(socket) + " > there\nexit 0\n");
  CHECK(curious.run());
  CHECK(curious.wrote("there").find("socket:") == std::string::npos);
  ::close(socket);
}

TEST_CASE("a command that is not there has sent nothing") {
  CHECK_FALSE(net::run_code_command("/no/such/program", "+3212345678", "012345", 60s));
}

TEST_CASE("a command that takes too long is killed, and what it has started too") {
  const Script slow("sleep 1000 &\necho $! > child\nwait\n");
  CHECK_FALSE(slow.run(500ms));
  const auto child = std::stoi("0" + slow.wrote("child"));
  if (child == 0) return;  // killed before it had started anything
  // Killed, but perhaps not gone yet: the kernel says when.
  const auto process = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  if (process < 0) return;
  pollfd end{process, POLLIN, 0};
  CHECK(::poll(&end, 1, 60'000) == 1);
  ::close(process);
}
