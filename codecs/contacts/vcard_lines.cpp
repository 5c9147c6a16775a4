#include "contacts/vcard_lines.hpp"

#include <algorithm>

#include "tern/limits.hpp"

namespace tern::contacts {
namespace {

/// Up to the first `wanted` that is not between double quotes; npos when there is none.
std::size_t find_unquoted(std::string_view text, char wanted) noexcept {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (text[i] == wanted && !quoted) return i;
  }
  return text.npos;
}

/// Takes what stands before the first unquoted `separator` from the front of `text`.
std::string_view take_before(std::string_view& text, char separator) noexcept {
  const auto end = find_unquoted(text, separator);
  const auto out = text.substr(0, end);
  text = end == text.npos ? std::string_view{} : text.substr(end + 1);
  return out;
}

std::string_view without_quotes(std::string_view text) noexcept {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    return text.substr(1, text.size() - 2);
  return text;
}

bool lists(std::string_view values, std::string_view word) noexcept {
  while (!values.empty())
    // RFC 6350 §5.6 has TYPE="work,voice" too: a list in one pair of quotes.
    if (same_word(trimmed(take_before(values, ',')), word)) return true;
  return false;
}

struct Param {
  std::string_view of;  ///< empty for a value alone
  std::string_view values;
};

/// Takes the first of `params`, which begins with its semicolon.
Param take_param(std::string_view& params) noexcept {
  params.remove_prefix(1);
  const auto end = std::min(find_unquoted(params, ';'), params.size());
  auto values = params.substr(0, end);
  params.remove_prefix(end);
  if (values.find('=') == values.npos) return {{}, trimmed(values)};
  const auto of = trimmed(take_before(values, '='));
  return {of, without_quotes(trimmed(values))};
}

/// Whether the head of a line, as far as it is here, says that its value is quoted-printable.
bool is_quoted_printable(std::string_view line) {
  const auto colon = find_unquoted(line, ':');
  const auto semicolon = line.substr(0, colon).find(';');
  if (colon == line.npos || semicolon == line.npos) return false;
  VcardLine head;
  head.params = line.substr(semicolon, colon - semicolon);
  return head.has("ENCODING", "QUOTED-PRINTABLE");
}

}  // namespace

bool VcardLine::has(std::string_view of, std::string_view word) const {
  for (auto left = params; !left.empty();) {
    const Param one = take_param(left);
    // 2.1 has values alone: TEL;CELL:…
    if ((one.of.empty() || same_word(one.of, of)) && lists(one.values, word)) return true;
  }
  return false;
}

std::string_view VcardLine::param(std::string_view of) const {
  for (auto left = params; !left.empty();) {
    const Param one = take_param(left);
    if (same_word(one.of, of)) return one.values;
  }
  return {};
}

bool VcardLines::next_physical(std::string_view& line) {
  if (rest_.empty()) return false;
  const auto end = rest_.find('\n');
  line = rest_.substr(0, end);
  rest_ = end == rest_.npos ? std::string_view{} : rest_.substr(end + 1);
  while (line.ends_with('\r')) line.remove_suffix(1);
  ++physical_;
  return true;
}

void VcardLines::append(std::string_view part) {
  const auto room = limits::address_book_line_bytes_max - text_.size();
  cut_ = cut_ || part.size() > room;
  text_ += part.substr(0, room);
}

void VcardLines::unfold(std::string_view first) {
  text_.clear();
  cut_ = false;
  append(first);
  const bool soft_breaks = is_quoted_printable(first);
  auto last = first;
  while (!rest_.empty()) {
    // RFC 2045 §6.7: an equals sign at the end is no part of the value, nor is the line's end.
    const bool soft = soft_breaks && last.ends_with('=');
    const bool fold = rest_.front() == ' ' || rest_.front() == '\t';
    if (!soft && !fold) return;
    next_physical(last);
    if (soft && !cut_) text_.pop_back();
    append(soft || keep_space_ ? last : last.substr(1));
  }
}

Result<bool> VcardLines::next(VcardLine& line) {
  std::string_view physical;
  while (next_physical(physical)) {
    const std::size_t number = physical_;
    unfold(physical);
    const std::string_view text = text_;
    const auto colon = find_unquoted(text, ':');
    if (colon == text.npos) {
      // Some do not indent what follows "PHOTO;ENCODING=BASE64:". It has no colons in it.
      if (in_base64_ || trimmed(text).empty()) continue;
      return at_line(Errc::vcard_malformed, number, "no colon behind a property's name");
    }
    const auto head = text.substr(0, colon);
    const auto semicolon = std::min(head.find(';'), head.size());
    const auto name = head.substr(0, semicolon);
    line.number = number;
    line.name = trimmed(name.substr(name.rfind('.') + 1));  // npos + 1 is 0
    line.params = head.substr(semicolon);
    line.value = text.substr(colon + 1);
    line.cut = cut_;
    in_base64_ = line.has("ENCODING", "B") || line.has("ENCODING", "BASE64");
    return true;
  }
  return false;
}

}  // namespace tern::contacts
