#include "examples/voice/keyboard.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <iostream>
#include <thread>

namespace voice {

bool at_terminal() { return isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0; }

std::size_t output_columns() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 64;
  return size.ws_col;
}

void redraw_line(const std::string& text) {
  if (isatty(STDOUT_FILENO) != 0) std::cout << '\r' << text << "\x1b[0m\x1b[K" << std::flush;
}

void end_line() { redraw_line(""); }

Keyboard::Keyboard() : active_(at_terminal() && tcgetattr(STDIN_FILENO, &before_) == 0) {
  if (!active_) return;
  auto raw = before_;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);  // Ctrl-C stays a signal
  raw.c_cc[VMIN] = 0;
  raw.c_cc[VTIME] = 0;
  tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

Keyboard::~Keyboard() {
  if (active_) tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

std::vector<chat::KeyPress> Keyboard::pressed(std::chrono::milliseconds wait) {
  std::vector<chat::KeyPress> out;
  if (!active_) {
    std::this_thread::sleep_for(wait);
    return out;
  }
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (poll(&input, 1, static_cast<int>(wait.count())) > 0) {
    std::array<char, 256> bytes{};
    const auto got = read(STDIN_FILENO, bytes.data(), bytes.size());
    if (got > 0) keys_.feed({bytes.data(), static_cast<std::size_t>(got)});
  }
  while (auto press = keys_.next()) out.push_back(std::move(*press));
  return out;
}

}  // namespace voice
