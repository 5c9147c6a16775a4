// What a terminal sends, as keys.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace chat {

enum class Key {
  text,  ///< whole UTF-8 characters to insert
  enter,
  backspace,
  erase,  ///< forwards
  left,
  right,
  home,
  end,
  page_up,
  page_down,
  erase_line,
  erase_word,
  redraw,
  end_of_input,  ///< Ctrl-D
  interrupt,     ///< Ctrl-C
};

struct KeyPress {
  Key key = Key::text;
  std::string text;
};

/// Fed with bytes as they come; a character or an escape sequence may arrive in pieces. Keys that
/// mean nothing here vanish. In pasted text, which terminals bracket, line ends become spaces, so
/// that a paste never sends.
class KeyReader {
 public:
  void feed(std::string_view bytes) { bytes_ += bytes; }
  std::optional<KeyPress> next();

 private:
  std::optional<KeyPress> take_escape();
  std::optional<KeyPress> take_text();
  bool at_partial_escape() const;

  std::string bytes_;
  bool pasting_ = false;
};

}  // namespace chat
