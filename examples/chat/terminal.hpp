// The terminal while the live screen has it: raw keys in, whole screens out, as it was afterwards.
#pragma once

#include <termios.h>

#include <string>
#include <vector>

#include "chat/key_reader.hpp"

namespace chat {

/// Ends a wait from another thread or from a signal handler. One exists at a time; while it does,
/// SIGWINCH wakes, SIGTERM and SIGHUP wake and set stopped().
class Wake {
 public:
  Wake();
  ~Wake();
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;
  static void wake() noexcept;
  static bool stopped() noexcept;
  int descriptor() const;
  void drain() const;
};

class Terminal {
 public:
  /// Throws Failure when standard input or output is no terminal.
  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  struct Size {
    int rows = 24;
    int columns = 80;
  };
  Size size() const;
  /// Waits for keys or a wake-up; returns the keys.
  std::vector<KeyPress> wait(const Wake& wake);
  /// `rows` from the top, each at most as wide as the terminal; then the cursor in the last one.
  void draw(const std::vector<std::string>& rows, int cursor_column);

 private:
  termios before_{};
  KeyReader keys_;
};

}  // namespace chat
