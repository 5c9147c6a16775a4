// The Unicode Standard, table 3-7: well-formed UTF-8 byte sequences.
#include "base/utf8.hpp"

#include <catch2/catch.hpp>

#include "tern/bytes.hpp"

using namespace tern;

namespace {

/// RFC 3629 §3's definition, the slow way: decode one code point, and ask whether its encoding is
/// the one that it was decoded from.
bool is_utf8_by_definition(ByteSpan bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const unsigned lead = bytes[at];
    const std::size_t length = lead < 0x80             ? 1
                               : (lead & 0xe0) == 0xc0 ? 2
                               : (lead & 0xf0) == 0xe0 ? 3
                               : (lead & 0xf8) == 0xf0 ? 4
                                                       : 0;
    if (length == 0 || at + length > bytes.size()) return false;
    std::uint32_t point = length == 1 ? lead : lead & (0xffu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
      if ((bytes[at + i] & 0xc0) != 0x80) return false;
      point = point << 6 | (bytes[at + i] & 0x3f);
    }
    constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < smallest[length] || point > 0x10ffff) return false;
    if (point >= 0xd800 && point <= 0xdfff) return false;
    at += length;
  }
  return true;
}

bool judged(const Bytes& bytes) {
  return is_utf8({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace

TEST_CASE("well-formed text is UTF-8") {
  for (const char* text : {"", "Tot straks!", "Grüße", "語", "\U0001fab6", "\xf4\x8f\xbf\xbf",
                           "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xc2\x80"})
    CHECK(is_utf8(std::string_view(text)));
  CHECK(is_utf8(std::string_view("a\0b", 3)));
}

TEST_CASE("overlong forms, surrogates, and what is over U+10FFFF are not UTF-8") {
  for (const char* text : {"\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf",
                           "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xed\xa0\x80", "\xed\xbf\xbf",
                           "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xfe", "\x80"})
    CHECK_FALSE(is_utf8(std::string_view(text)));
}

TEST_CASE("a text that ends within a letter is not UTF-8") {
  for (const char* text : {"\xc3", "\xe8\xaa", "\xe8", "\xf0\x9f\xaa", "\xf0\x9f", "\xf0"}) {
    CHECK_FALSE(is_utf8(std::string_view(text)));
    CHECK_FALSE(is_utf8(std::string("12345678") + text));
    CHECK_FALSE(is_utf8(text + std::string("12345678")));
  }
}

TEST_CASE("every sequence of up to three bytes is judged as the definition has it") {
  for (unsigned value = 0; value < 0x1000000; ++value) {
    // Every lead, every second byte, and of the third the edges of its ranges.
    const auto third = static_cast<std::uint8_t>(value);
    if (third != 0 && third != 0x7f && third != 0x80 && third != 0xbf && third != 0xc0) continue;
    const Bytes bytes = {static_cast<std::uint8_t>(value >> 16),
                         static_cast<std::uint8_t>(value >> 8), third};
    if (judged(bytes) != is_utf8_by_definition(bytes)) FAIL(to_hex(bytes));
  }
  SUCCEED();
}

TEST_CASE("every sequence of four bytes at the edges is judged as the definition has it") {
  constexpr std::uint8_t edges[] = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};
  for (unsigned lead = 0xe0; lead <= 0xff; ++lead)
    for (const auto second : edges)
      for (const auto third : edges)
        for (const auto fourth : edges) {
          const Bytes bytes = {static_cast<std::uint8_t>(lead), second, third, fourth};
          if (judged(bytes) != is_utf8_by_definition(bytes)) FAIL(to_hex(bytes));
        }
  SUCCEED();
}

TEST_CASE("a bad byte is found wherever it stands") {
  for (std::size_t length = 1; length < 40; ++length)
    for (std::size_t at = 0; at < length; ++at) {
      std::string text(length, 'x');
      CHECK(is_utf8(std::string_view(text)));
      text[at] = '\x80';
      CHECK_FALSE(is_utf8(std::string_view(text)));
    }
}
