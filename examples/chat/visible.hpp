// Text that others wrote, made safe and measured for a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chat {

/// One code point of a text: its bytes, and the columns that it takes (0, 1 or 2).
struct Glyph {
  std::string_view bytes;
  int columns = 1;
};

/// The text's code points; bytes that are no UTF-8 stand alone. Needs setlocale() for widths.
std::vector<Glyph> glyphs_of(std::string_view text);
int columns_of(std::string_view text);

/// The text without what would steer the terminal: control characters (an escape sequence in a
/// message could rewrite the screen) and direction overrides become '?'. Line ends stay.
std::string visible(std::string_view text);

/// The text in lines of at most `columns`, broken at spaces where there is one.
std::vector<std::string> wrapped(std::string_view text, int columns);

}  // namespace chat
