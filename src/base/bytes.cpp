#include "tern/bytes.hpp"

namespace tern {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base32_digits = "abcdefghijklmnopqrstuvwxyz234567";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string to_hex(ByteSpan bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (auto byte : bytes) {
    out += hex_digits[byte >> 4];
    out += hex_digits[byte & 15];
  }
  return out;
}

std::optional<Bytes> from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  Bytes out;
  out.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const auto high = hex_digits.find(lower(hex[i]));
    const auto low = hex_digits.find(lower(hex[i + 1]));
    if (high == hex_digits.npos || low == hex_digits.npos) return std::nullopt;
    out.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return out;
}

std::string to_base32(ByteSpan bytes) {
  std::string out;
  std::uint32_t pending = 0;
  int pending_bits = 0;
  for (auto byte : bytes) {
    pending = pending << 8 | byte;
    pending_bits += 8;
    while (pending_bits >= 5) {
      pending_bits -= 5;
      out += base32_digits[pending >> pending_bits & 31];
    }
    pending &= (1u << pending_bits) - 1;
  }
  if (pending_bits > 0) out += base32_digits[pending << (5 - pending_bits) & 31];
  return out;
}

std::optional<Bytes> from_base32(std::string_view text) {
  Bytes out;
  std::uint32_t pending = 0;
  int pending_bits = 0;
  for (char c : text) {
    const auto digit = base32_digits.find(lower(c));
    if (digit == base32_digits.npos) return std::nullopt;
    pending = pending << 5 | static_cast<std::uint32_t>(digit);
    pending_bits += 5;
    if (pending_bits >= 8) {
      pending_bits -= 8;
      out.push_back(static_cast<std::uint8_t>(pending >> pending_bits));
    }
    pending &= (1u << pending_bits) - 1;
  }
  // Spare bits must be zero and fewer than a digit, or two texts would mean the same bytes.
  if (pending_bits >= 5 || pending != 0) return std::nullopt;
  return out;
}

}  // namespace tern
