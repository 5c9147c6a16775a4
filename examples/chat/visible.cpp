#include "chat/visible.hpp"

#include <algorithm>
#include <cwchar>

namespace chat {
namespace {

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0u) == 0x80u; }

/// Length in bytes of the code point that starts here; 1 for bytes that start none.
std::size_t glyph_bytes(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t bytes = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (text.size() < bytes) return 1;
  const auto rest = text.substr(1, bytes - 1);
  return std::all_of(rest.begin(), rest.end(), continues) ? bytes : 1;
}

char32_t code_point(std::string_view glyph) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(glyph[i]); };
  if (glyph.size() == 1) return byte(0);
  char32_t out = byte(0) & (0x7Fu >> glyph.size());
  for (std::size_t i = 1; i < glyph.size(); ++i) out = out << 6 | (byte(i) & 0x3Fu);
  return out;
}

bool steers_terminal(std::string_view glyph) {
  const auto code = code_point(glyph);
  if (glyph.size() == 1 && code >= 0x80) return true;
  const bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
  const bool direction = (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
  return (control && code != '\n') || direction;
}

/// Appends `line` in pieces of at most `columns`.
void wrap_line(std::string_view line, int columns, std::vector<std::string>& out) {
  std::string piece;
  int used = 0;
  for (const auto& glyph : glyphs_of(line)) {
    if (used + glyph.columns > columns && !piece.empty()) {
      const auto space = piece.rfind(' ');
      std::string rest;
      if (glyph.bytes != " " && space != std::string::npos) {
        rest = piece.substr(space + 1);
        piece.resize(space);
      }
      out.push_back(piece);
      piece = rest;
      used = columns_of(piece);
      if (glyph.bytes == " ") continue;
    }
    piece += glyph.bytes;
    used += glyph.columns;
  }
  out.push_back(piece);
}

}  // namespace

std::vector<Glyph> glyphs_of(std::string_view text) {
  std::vector<Glyph> out;
  while (!text.empty()) {
    const auto glyph = text.substr(0, glyph_bytes(text));
    const int columns = wcwidth(static_cast<wchar_t>(code_point(glyph)));
    out.push_back({glyph, std::max(columns, 0)});
    text.remove_prefix(glyph.size());
  }
  return out;
}

int columns_of(std::string_view text) {
  int columns = 0;
  for (const auto& glyph : glyphs_of(text)) columns += glyph.columns;
  return columns;
}

std::string visible(std::string_view text) {
  std::string out;
  for (const auto& glyph : glyphs_of(text))
    if (steers_terminal(glyph.bytes))
      out += '?';
    else
      out += glyph.bytes;
  return out;
}

std::vector<std::string> wrapped(std::string_view text, int columns) {
  std::vector<std::string> out;
  for (std::size_t start = 0; start <= text.size();) {
    const auto end = std::min(text.find('\n', start), text.size());
    wrap_line(text.substr(start, end - start), std::max(columns, 2), out);
    start = end + 1;
  }
  return out;
}

}  // namespace chat
