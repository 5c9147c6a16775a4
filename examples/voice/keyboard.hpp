// Single keys while something plays, and the line that is drawn again and again.
#pragma once

#include <termios.h>

#include <chrono>
#include <string>
#include <vector>

#include "chat/key_reader.hpp"

namespace voice {

/// Whether both ends of the conversation are a terminal.
bool at_terminal();
/// How wide the output is: the terminal, or 64 columns.
std::size_t output_columns();
/// Puts `text`, which has no line end, in the place of the line before. On a terminal only.
void redraw_line(const std::string& text);
/// Ends a line that was redrawn.
void end_line();

/// While it exists keys come one by one and are not shown. Without a terminal none come.
class Keyboard {
 public:
  Keyboard();
  ~Keyboard();
  Keyboard(const Keyboard&) = delete;
  Keyboard& operator=(const Keyboard&) = delete;
  /// Those that were pressed; waits for one so long.
  std::vector<chat::KeyPress> pressed(std::chrono::milliseconds wait = {});

 private:
  bool active_ = false;
  termios before_{};
  chat::KeyReader keys_;
};

}  // namespace voice
