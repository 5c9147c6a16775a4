#include "chat/line_editor.hpp"

#include <utility>

#include "chat/visible.hpp"

namespace chat {

void LineEditor::insert(std::string_view text) {
  text_.insert(cursor_, text);
  cursor_ += text.size();
}

void LineEditor::backspace() {
  const auto start = before();
  text_.erase(start, cursor_ - start);
  cursor_ = start;
}

void LineEditor::erase() { text_.erase(cursor_, after() - cursor_); }

void LineEditor::erase_word() {
  const auto end = cursor_;
  while (cursor_ > 0 && text_[cursor_ - 1] == ' ') left();
  while (cursor_ > 0 && text_[cursor_ - 1] != ' ') left();
  text_.erase(cursor_, end - cursor_);
}

std::string LineEditor::take() {
  cursor_ = 0;
  return std::exchange(text_, {});
}

LineEditor::View LineEditor::view(int columns) const {
  const auto glyphs = glyphs_of(text_);
  const int cursor = columns_of(std::string_view(text_).substr(0, cursor_));
  const int first = cursor < columns ? 0 : cursor - columns + 1;
  View out;
  int column = 0;
  for (const auto& glyph : glyphs) {
    if (column >= first && column + glyph.columns <= first + columns) {
      if (static_cast<std::size_t>(glyph.bytes.data() - text_.data()) < cursor_)
        out.cursor_column += glyph.columns;
      out.text += glyph.bytes;
    }
    column += glyph.columns;
  }
  return out;
}

std::size_t LineEditor::before() const {
  std::size_t at = 0, letter = 0;
  for (const auto& glyph : glyphs_of(std::string_view(text_).substr(0, cursor_))) {
    if (glyph.columns > 0) letter = at;
    at += glyph.bytes.size();
  }
  return letter;
}

std::size_t LineEditor::after() const {
  std::size_t at = cursor_;
  for (const auto& glyph : glyphs_of(std::string_view(text_).substr(cursor_))) {
    if (glyph.columns > 0 && at > cursor_) break;
    at += glyph.bytes.size();
  }
  return at;
}

}  // namespace chat
