#include "contacts/contact_text.hpp"

#include <algorithm>

#include "tern/limits.hpp"

namespace tern::contacts {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_ascii_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// U+0080 to U+009F are controls too: C2 80 to C2 9F.
bool is_c1_control(std::string_view text, std::size_t at) noexcept {
  return text[at] == '\xc2' && at + 1 < text.size() &&
         static_cast<unsigned char>(text[at + 1]) < 0xa0;
}

/// At most so many bytes of UTF-8, cut between two characters.
std::string_view cut(std::string_view text, std::size_t bytes_max) noexcept {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && (text[bytes_max] & 0xc0) == 0x80) --bytes_max;
  return text.substr(0, bytes_max);
}

}  // namespace

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blank = " \t\r\n";
  const auto first = text.find_first_not_of(blank);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

bool same_word(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string in_lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

std::string from_latin1(std::string_view text) {
  std::string out;
  out.reserve(text.size() * 2);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xc0 | byte >> 6);
      out += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return out;
}

std::string without_controls(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool gap = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool c1 = is_c1_control(text, i);
    if (text[i] == ' ' || is_ascii_control(text[i]) || c1) {
      gap = true;
      i += c1 ? 1 : 0;
      continue;
    }
    if (gap && !out.empty()) out += ' ';
    gap = false;
    out += text[i];
  }
  return out;
}

std::string clean_name(std::string_view text) {
  const std::string whole = without_controls(text);
  return std::string(trimmed(cut(whole, limits::contact_name_bytes_max)));
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& part : parts) {
    if (part.empty()) continue;
    if (!out.empty()) out += ' ';
    out += part;
  }
  return out;
}

Error at_line(Errc code, std::size_t line, std::string_view what) {
  return {code, "line " + std::to_string(line) + ": " + std::string(what)};
}

Error too_many_contacts() {
  return {Errc::contacts_too_many, "the address book has over " +
                                       std::to_string(limits::contacts_max) +
                                       " numbers, which is the most that is read"};
}

Result<void> Entries::add(const std::string& name, std::string_view number) {
  std::string clean = without_controls(number);
  if (clean.empty()) return {};
  if (entries_.size() == limits::contacts_max) return too_many_contacts();
  entries_.push_back({name, std::move(clean)});
  return {};
}

Result<std::string_view> text_of(ByteSpan file, Errc malformed) {
  if (file.size() > limits::address_book_bytes_max)
    return Error(Errc::address_book_too_large,
                 "the address book has " + std::to_string(file.size()) + " bytes; " +
                     std::to_string(limits::address_book_bytes_max) + " are allowed");
  std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
    return at_line(malformed, 1, "the file is UTF-16; export it as UTF-8");
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  return text;
}

}  // namespace tern::contacts
