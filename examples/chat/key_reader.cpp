#include "chat/key_reader.hpp"

#include <algorithm>
#include <map>

namespace chat {
namespace {

constexpr char escape = '\x1b';

const std::map<char, Key> control_keys = {
    {'\r', Key::enter},        {'\n', Key::enter},    {'\x7f', Key::backspace},
    {'\b', Key::backspace},    {'\x01', Key::home},   {'\x05', Key::end},
    {'\x02', Key::left},       {'\x06', Key::right},  {'\x15', Key::erase_line},
    {'\x17', Key::erase_word}, {'\x0c', Key::redraw}, {'\x04', Key::end_of_input},
    {'\x03', Key::interrupt},
};

/// What stands between ESC [ (or ESC O) and the end of the sequence, its last character included.
const std::map<std::string, Key, std::less<>> escape_keys = {
    {"D", Key::left},   {"C", Key::right},    {"H", Key::home},       {"F", Key::end},
    {"1~", Key::home},  {"7~", Key::home},    {"4~", Key::end},       {"8~", Key::end},
    {"3~", Key::erase}, {"5~", Key::page_up}, {"6~", Key::page_down},
};

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; }

/// How many of these bytes are whole characters.
std::size_t whole_bytes(std::string_view text) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(text.size(), 3); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xC0u) == 0x80u) continue;
    const std::size_t needs = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    return needs > back ? text.size() - back : text.size();
  }
  return text.size();
}

}  // namespace

std::optional<KeyPress> KeyReader::next() {
  while (!bytes_.empty()) {
    if (!is_control(bytes_[0])) return take_text();
    if (bytes_[0] == escape) {
      if (at_partial_escape()) return std::nullopt;
      if (auto press = take_escape()) return press;
      continue;
    }
    const char c = bytes_[0];
    bytes_.erase(0, 1);
    const auto key = control_keys.find(c);
    if (key == control_keys.end()) continue;
    if (pasting_ && key->second == Key::enter) return KeyPress{Key::text, " "};
    if (!pasting_) return KeyPress{key->second, {}};
  }
  return std::nullopt;
}

bool KeyReader::at_partial_escape() const {
  if (bytes_.size() == 1) return true;
  if (bytes_[1] != '[' && bytes_[1] != 'O') return false;
  return std::none_of(bytes_.begin() + 2, bytes_.end(),
                      [](char c) { return c >= '@' && c <= '~'; });
}

std::optional<KeyPress> KeyReader::take_escape() {
  if (bytes_[1] != '[' && bytes_[1] != 'O') {  // Alt and a key, or a lone Escape before one
    bytes_.erase(0, 1);
    return std::nullopt;
  }
  std::size_t end = 2;
  while (bytes_[end] < '@' || bytes_[end] > '~') ++end;
  const auto sequence = bytes_.substr(2, end - 1);
  bytes_.erase(0, end + 1);
  if (sequence == "200~" || sequence == "201~") pasting_ = sequence == "200~";
  const auto key = escape_keys.find(sequence);
  return key == escape_keys.end() ? std::nullopt : std::optional(KeyPress{key->second, {}});
}

std::optional<KeyPress> KeyReader::take_text() {
  const auto stop = std::find_if(bytes_.begin(), bytes_.end(), is_control);
  auto text = bytes_.substr(0, static_cast<std::size_t>(stop - bytes_.begin()));
  if (stop == bytes_.end()) text.resize(whole_bytes(text));
  if (text.empty()) return std::nullopt;
  bytes_.erase(0, text.size());
  return KeyPress{Key::text, std::move(text)};
}

}  // namespace chat
