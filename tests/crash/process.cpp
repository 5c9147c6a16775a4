#include "crash/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <climits>
#include <stdexcept>
#include <utility>

namespace tern::crash {

namespace {

// The words of an array that ends in a null pointer, as execve() takes them.
class Words {
 public:
  explicit Words(std::vector<std::string> words) : words_(std::move(words)) {
    for (auto& word : words_) pointers_.push_back(word.data());
    pointers_.push_back(nullptr);
  }
  char* const* data() const { return pointers_.data(); }

 private:
  std::vector<std::string> words_;
  std::vector<char*> pointers_;
};

Words environment_with(const std::map<std::string, std::string>& added) {
  std::vector<std::string> out;
  for (auto at = environ; *at != nullptr; ++at) out.emplace_back(*at);
  for (const auto& [name, value] : added) out.push_back(name + "=" + value);
  return Words(std::move(out));
}

}  // namespace

Process::Process(std::vector<std::string> command, const Surroundings& surroundings) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  // All memory is taken before the fork: another thread may hold the allocator's lock.
  const Words arguments(std::move(command));
  const auto environment = environment_with(surroundings.environment);
  const char* const errors = surroundings.errors_file.c_str();
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("no process");
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // whoever runs the lab may be killed too
    dup2(ends[1], STDOUT_FILENO);
    if (*errors != '\0')
      dup2(::open(errors, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600), STDERR_FILENO);
    // Nothing of the lab's: a script that another thread was writing could not be executed as long
    // as this process has it open ("text file busy").
    close_range(STDERR_FILENO + 1, UINT_MAX, CLOSE_RANGE_CLOEXEC);
    execve(arguments.data()[0], arguments.data(), environment.data());
    _exit(127);
  }
  close(ends[1]);
  output_ = ends[0];
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      output_(std::exchange(other.output_, -1)),
      buffered_(std::move(other.buffered_)) {}

Process::~Process() {
  kill();
  if (output_ >= 0) close(output_);
}

std::optional<std::string> Process::line(std::chrono::milliseconds wait) {
  const auto end = std::chrono::steady_clock::now() + wait;
  for (;;) {
    if (const auto newline = buffered_.find('\n'); newline != buffered_.npos) {
      auto out = buffered_.substr(0, newline);
      buffered_.erase(0, newline + 1);
      return out;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    pollfd ready{output_, POLLIN, 0};
    if (left.count() < 0 || poll(&ready, 1, static_cast<int>(left.count())) <= 0)
      return std::nullopt;
    char bytes[4096];
    const auto count = read(output_, bytes, sizeof(bytes));
    if (count <= 0) {
      ended_ = true;
      return std::nullopt;
    }
    buffered_.append(bytes, static_cast<std::size_t>(count));
  }
}

void Process::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  wait();
}

int Process::terminate() {
  if (pid_ < 0) return -1;
  ::kill(pid_, SIGTERM);
  return wait();
}

int Process::wait() {
  if (pid_ < 0) return -1;
  const auto how = ending();
  return how.signal != 0 ? 128 + how.signal : how.status;
}

Ending Process::ending() {
  int status = 0;
  waitpid(std::exchange(pid_, -1), &status, 0);
  if (WIFSIGNALED(status)) return {.signal = WTERMSIG(status)};
  return {.status = WEXITSTATUS(status)};
}

void Process::signal(int number) const {
  if (pid_ >= 0) ::kill(pid_, number);
}

}  // namespace tern::crash
