// A child process with its standard output in a pipe, to be killed and started again.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tern::crash {

/// What a process is started with beside its command.
struct Surroundings {
  std::map<std::string, std::string> environment = {};  ///< added to this process's own
  std::string errors_file = {};  ///< where its standard error is appended; empty: to this one's
};

/// How a process ended.
struct Ending {
  int signal = 0;  ///< that killed it; 0: none
  int status = 0;  ///< its exit status
};

class Process {
 public:
  explicit Process(std::vector<std::string> command, const Surroundings& surroundings = {});
  ~Process();
  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;
  Process(const Process&) = delete;

  /// The next line of its output; nullopt at its end, or when `wait` passes without one.
  std::optional<std::string> line(std::chrono::milliseconds wait);
  /// Its output has ended, and with it most probably the process.
  bool ended() const { return ended_; }
  /// SIGKILL, and wait until it is gone.
  void kill();
  /// SIGTERM, and its exit status.
  int terminate();
  /// Its exit status once it ends on its own.
  int wait();
  /// The same, and which signal it was.
  Ending ending();
  /// SIGCONT, and the like.
  void signal(int number) const;
  int descriptor() const { return output_; }

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  std::string buffered_;
  bool ended_ = false;
};

}  // namespace tern::crash
