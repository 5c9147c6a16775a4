#include "crypto/safety_number.hpp"

#include <algorithm>
#include <cstdio>

#include "crypto/hash.hpp"

namespace tern::crypto {
namespace {

constexpr std::size_t groups = 6;
constexpr std::size_t group_bytes = 5;  // 40 bits: their remainder by 100,000 is as good as uniform
constexpr std::uint64_t group_values = 100'000;

std::string half(const VerifyKey& key) {
  const auto digest = blake2b({as_bytes("tern 1 safety number"), key});
  std::string out;
  for (std::size_t group = 0; group < groups; ++group) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < group_bytes; ++i)
      value = value << 8 | digest.bytes[group * group_bytes + i];
    char digits[8];
    std::snprintf(digits, sizeof(digits), "%05u", static_cast<unsigned>(value % group_values));
    if (!out.empty()) out += ' ';
    out += digits;
  }
  return out;
}

}  // namespace

std::string safety_number(const VerifyKey& a, const VerifyKey& b) {
  auto first = half(a), second = half(b);
  if (second < first) std::swap(first, second);
  return first + ' ' + second;
}

}  // namespace tern::crypto
