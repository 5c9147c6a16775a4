#include "unit/store/processes.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

namespace tern::store::test {

namespace {

std::string read_all(int pipe) {
  std::string out;
  char buffer[512];
  for (ssize_t got = 0; (got = ::read(pipe, buffer, sizeof(buffer))) > 0;)
    out.append(buffer, static_cast<std::size_t>(got));
  return out;
}

struct Pipe {
  Pipe() {
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
  }
  int ends[2];
};

}  // namespace

std::string in_child(const std::function<void()>& work) {
  const Pipe pipe;
  const pid_t process = ::fork();
  if (process == 0) {
    ::close(pipe.ends[0]);
    std::string said;
    try {
      work();
    } catch (const std::exception& failure) {
      said = failure.what();
      if (said.empty()) said = "an exception";
    }
    const auto told = ::write(pipe.ends[1], said.data(), said.size());
    ::_exit(told == static_cast<ssize_t>(said.size()) ? 0 : 1);
  }
  ::close(pipe.ends[1]);
  auto said = read_all(pipe.ends[0]);
  ::close(pipe.ends[0]);
  int status = 0;
  ::waitpid(process, &status, 0);
  if (WIFSIGNALED(status)) return "died of signal " + std::to_string(WTERMSIG(status));
  return said;
}

Child::Child(const std::function<void(const Tell&)>& work) {
  const Pipe pipe;
  process_ = ::fork();
  if (process_ == 0) {
    ::close(pipe.ends[0]);
    const Tell tell = [&pipe](std::uint32_t number) {
      if (::write(pipe.ends[1], &number, sizeof(number)) != sizeof(number)) ::_exit(1);
    };
    try {
      work(tell);
    } catch (const std::exception&) {
      ::_exit(1);
    }
    ::_exit(0);
  }
  ::close(pipe.ends[1]);
  pipe_ = pipe.ends[0];
}

Child::~Child() {
  kill();
  ::close(pipe_);
}

std::optional<std::uint32_t> Child::next() {
  std::uint32_t number = 0;
  if (::read(pipe_, &number, sizeof(number)) != sizeof(number)) return std::nullopt;
  return number;
}

void Child::kill() {
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
}

}  // namespace tern::store::test
