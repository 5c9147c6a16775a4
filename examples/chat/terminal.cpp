#include "chat/terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "chat/require.hpp"

namespace chat {
namespace {

int wake_pipe[2] = {-1, -1};
volatile std::sig_atomic_t stop_seen = 0;

void handle_signal(int signal) {
  if (signal != SIGWINCH) stop_seen = 1;
  const int error = errno;
  Wake::wake();
  errno = error;
}

void write_all(std::string_view text) {
  while (!text.empty()) {
    const auto written = write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno != EINTR) return;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
}

// Alternate screen and bracketed paste, on and off.
constexpr std::string_view enter_screen = "\x1b[?1049h\x1b[?2004h";
constexpr std::string_view leave_screen = "\x1b[?2004l\x1b[?1049l";

}  // namespace

Wake::Wake() {
  if (pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK) != 0) throw Failure("the system has no pipe left");
  for (int signal : {SIGWINCH, SIGTERM, SIGHUP}) std::signal(signal, handle_signal);
}

Wake::~Wake() {
  for (int signal : {SIGWINCH, SIGTERM, SIGHUP}) std::signal(signal, SIG_DFL);
  for (int& end : wake_pipe) {
    close(end);
    end = -1;
  }
}

void Wake::wake() noexcept {
  // A full pipe wakes just as well, so the result says nothing.
  if (write(wake_pipe[1], "", 1) < 0) return;
}

bool Wake::stopped() noexcept { return stop_seen != 0; }

int Wake::descriptor() const { return wake_pipe[0]; }

void Wake::drain() const {
  std::array<char, 64> ignored{};
  while (read(wake_pipe[0], ignored.data(), ignored.size()) > 0) {
  }
}

Terminal::Terminal() {
  if (!isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &before_) != 0)
    throw Failure("chat needs a terminal; in a script use send, run and log");
  auto raw = before_;
  cfmakeraw(&raw);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
  write_all(enter_screen);
}

Terminal::~Terminal() {
  write_all(leave_screen);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
}

Terminal::Size Terminal::size() const {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
    return {};
  return {size.ws_row, size.ws_col};
}

std::vector<KeyPress> Terminal::wait(const Wake& wake) {
  std::array<pollfd, 2> waiting{{{STDIN_FILENO, POLLIN, 0}, {wake.descriptor(), POLLIN, 0}}};
  std::vector<KeyPress> out;
  if (poll(waiting.data(), waiting.size(), -1) <= 0) return out;
  wake.drain();
  if (waiting[0].revents != 0) {
    std::array<char, 4096> bytes{};
    const auto got = read(STDIN_FILENO, bytes.data(), bytes.size());
    if (got == 0 || (got < 0 && errno != EINTR)) out.push_back({Key::interrupt, {}});  // hung up
    if (got > 0) keys_.feed({bytes.data(), static_cast<std::size_t>(got)});
  }
  while (auto press = keys_.next()) out.push_back(std::move(*press));
  return out;
}

void Terminal::draw(const std::vector<std::string>& rows, int cursor_column) {
  std::string out = "\x1b[?25l\x1b[H";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i > 0) out += "\r\n";
    out += rows[i] + "\x1b[0m\x1b[K";
  }
  out += "\x1b[J\x1b[" + std::to_string(rows.size()) + ';' + std::to_string(cursor_column + 1) +
         "H\x1b[?25h";
  write_all(out);
}

}  // namespace chat
