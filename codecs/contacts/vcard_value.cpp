#include "contacts/vcard_value.hpp"

#include <array>
#include <optional>

#include "base/utf8.hpp"

namespace tern::contacts {
namespace {

constexpr std::string_view tel_scheme = "tel:";

/// -1 when it is no hexadecimal digit.
int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

/// `mark` and two hexadecimal digits are a byte: '=' in quoted-printable (RFC 2045 §6.7), '%' in
/// a URI (RFC 3986 §2.1). nullopt when a mark is followed by something else.
std::optional<std::string> without_marks(std::string_view text, char mark) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != mark) {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return out;
}

/// RFC 3966 §3: what is behind "tel:", as somebody would write it.
std::string number_of_uri(std::string_view uri) {
  std::string number(uri.substr(0, uri.find(';')));
  std::string extension;
  while (uri.find(';') != uri.npos) {
    uri.remove_prefix(uri.find(';') + 1);
    const auto param = uri.substr(0, uri.find(';'));
    const auto equals = param.find('=');
    if (equals == param.npos) continue;
    const auto name = trimmed(param.substr(0, equals));
    const auto value = trimmed(param.substr(equals + 1));
    // §5.1.5: a local number and the prefix under which it is one, or a domain name.
    if (same_word(name, "phone-context") && value.starts_with('+') && !number.starts_with('+'))
      number.insert(0, value);
    if (same_word(name, "ext") && !value.empty()) extension = " ext. " + std::string(value);
  }
  return number + extension;
}

}  // namespace

Result<std::string> decoded(const VcardLine& line, VcardVersion version) {
  const auto malformed = [&](const char* what) {
    return at_line(Errc::vcard_malformed, line.number, what);
  };
  if (line.has("ENCODING", "B") || line.has("ENCODING", "BASE64"))
    return malformed("a name or number in base64");
  std::string value(line.value);
  if (line.has("ENCODING", "QUOTED-PRINTABLE")) {
    if (value.ends_with('=')) value.pop_back();
    auto bytes = without_marks(value, '=');
    if (!bytes) return malformed("an equals sign without two hexadecimal digits behind it");
    value = std::move(*bytes);
  }
  const auto charset = line.param("CHARSET");
  if (same_word(charset, "ISO-8859-1")) return from_latin1(value);
  if (is_utf8(value)) return value;
  // 2.1's own charset is ASCII: its writers that meant another often did not say so.
  if (charset.empty() && version == VcardVersion::v2_1) return from_latin1(value);
  return malformed(charset.empty() || same_word(charset, "UTF-8")
                       ? "text that is not UTF-8"
                       : "text in a charset other than UTF-8 and ISO-8859-1");
}

std::string unescaped(std::string_view value, VcardVersion version) {
  std::string out;
  out.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    // 2.1 knows one escape, of the semicolon; other backslashes stand for themselves.
    const bool escape =
        value[i] == '\\' && i + 1 < value.size() &&
        (version != VcardVersion::v2_1 || value[i + 1] == ';' || value[i + 1] == '\\');
    if (!escape) {
      out += value[i];
      continue;
    }
    ++i;
    out += value[i] == 'n' || value[i] == 'N' ? ' ' : value[i];
  }
  return out;
}

std::string spoken_name(std::string_view n, VcardVersion version) {
  std::array<std::string, 5> part;
  std::size_t index = 0;
  std::size_t start = 0;
  const auto end_at = [&](std::size_t end) {
    if (!part[index].empty()) part[index] += ' ';
    part[index] += unescaped(n.substr(start, end - start), version);
    start = end + 1;
  };
  for (std::size_t i = 0; i < n.size() && index < part.size(); ++i) {
    if (n[i] == '\\') {
      ++i;  // what it escapes separates nothing
    } else if (n[i] == ';') {
      end_at(i);
      ++index;
    } else if (n[i] == ',' && version != VcardVersion::v2_1) {
      end_at(i);
    }
  }
  if (index < part.size()) end_at(n.size());
  return joined({part[3], part[1], part[2], part[0], part[4]});
}

bool is_tel_uri(std::string_view value) noexcept {
  return same_word(trimmed(value).substr(0, tel_scheme.size()), tel_scheme);
}

std::string written_number(std::string_view value, VcardVersion version) {
  if (!is_tel_uri(value)) return unescaped(value, version);
  const std::string escaped = unescaped(trimmed(value).substr(tel_scheme.size()), version);
  const auto uri = without_marks(escaped, '%');
  if (!uri || !is_utf8(*uri)) return {};
  return number_of_uri(*uri);
}

}  // namespace tern::contacts
