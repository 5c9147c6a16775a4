// The line that is being typed.
#pragma once

#include <string>
#include <string_view>

namespace chat {

/// Moves and erases by whole characters: never inside UTF-8, and an accent goes with its letter.
class LineEditor {
 public:
  const std::string& text() const { return text_; }
  void insert(std::string_view text);
  void left() { cursor_ = before(); }
  void right() { cursor_ = after(); }
  void home() { cursor_ = 0; }
  void end() { cursor_ = text_.size(); }
  void backspace();
  void erase();
  void erase_word();
  /// Empties it and returns what was there.
  std::string take();

  /// The part around the cursor that fits into `columns`, and the cursor's column in it.
  struct View {
    std::string text;
    int cursor_column = 0;
  };
  View view(int columns) const;

 private:
  std::size_t before() const;
  std::size_t after() const;

  std::string text_;
  std::size_t cursor_ = 0;  ///< in bytes, between two characters
};

}  // namespace chat
