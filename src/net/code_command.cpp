#include "net/code_command.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <utility>

extern char** environ;

namespace tern::net {
namespace {

class Pipe {
 public:
  Pipe() { open_ = ::pipe2(ends_.data(), O_CLOEXEC) == 0; }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  explicit operator bool() const { return open_; }
  int read_end() const { return ends_[0]; }
  int write_end() const { return ends_[1]; }
  void close_end(std::size_t which) {
    if (open_ && ends_[which] >= 0) ::close(std::exchange(ends_[which], -1));
  }

 private:
  std::array<int, 2> ends_{-1, -1};
  bool open_ = false;
};

class SpawnSettings {
 public:
  explicit SpawnSettings(int input) {
    posix_spawn_file_actions_init(&files_);
    posix_spawnattr_init(&attributes_);
    posix_spawn_file_actions_adddup2(&files_, input, STDIN_FILENO);
    posix_spawn_file_actions_addopen(&files_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    // Sockets are not its business: with the listening one open in it, a relay that died could not
    // be started again before the command has ended.
    posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1);
    // A group of its own, to be killed whole; and signals as a program expects them.
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  std::optional<pid_t> spawn(const std::string& program) const {
    auto name = program;
    char* arguments[] = {name.data(), nullptr};
    pid_t out = 0;
    if (::posix_spawnp(&out, program.c_str(), &files_, &attributes_, arguments, environ) != 0)
      return std::nullopt;
    return out;
  }

 private:
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
};

// Whether the process has ended by then.
bool ends_within(pid_t process, std::chrono::milliseconds time) {
  const auto handle = static_cast<int>(::syscall(SYS_pidfd_open, process, 0));
  if (handle < 0) return false;
  pollfd waiting{handle, POLLIN, 0};
  const auto end = std::chrono::steady_clock::now() + time;
  int ready = 0;
  do {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    ready = ::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
  } while (ready < 0 && errno == EINTR);
  ::close(handle);
  return ready == 1;
}

}  // namespace

bool run_code_command(const std::string& program, std::string_view number, std::string_view code,
                      std::chrono::milliseconds time) {
  Pipe input;
  if (!input) return false;
  const auto line = std::string(number) + ' ' + std::string(code) + '\n';
  // Before there is a reader: a pipe holds more than this, and one that nobody reads any more would
  // end the whole process by SIGPIPE.
  if (::write(input.write_end(), line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    return false;
  input.close_end(1);
  const auto process = SpawnSettings(input.read_end()).spawn(program);
  if (!process) return false;
  input.close_end(0);
  const bool in_time = ends_within(*process, time);
  ::kill(-*process, SIGKILL);
  int status = 0;
  while (::waitpid(*process, &status, 0) < 0 && errno == EINTR) {
  }
  return in_time && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace tern::net
