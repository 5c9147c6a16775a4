#include "base/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace tern {
namespace {

/// How many of the eight bytes at a time are ASCII is not asked, only whether all are.
bool eight_are_ascii(const unsigned char* at) noexcept {
  std::uint64_t eight = 0;
  std::memcpy(&eight, at, sizeof(eight));
  return (eight & 0x8080808080808080) == 0;
}

bool is_continuation(unsigned char byte) noexcept { return (byte & 0xc0) == 0x80; }

/// Bytes of the well-formed sequence at `at`, which has `left` bytes and does not start with
/// ASCII; 0 when there is none. The Unicode Standard, table 3-7: only the second byte's range
/// depends on the first, and so keeps out overlong forms, surrogates and what is over U+10FFFF.
std::size_t sequence_bytes(const unsigned char* at, std::size_t left) noexcept {
  const unsigned char lead = at[0];
  const std::size_t bytes = lead < 0xc2   ? 0
                            : lead < 0xe0 ? 2
                            : lead < 0xf0 ? 3
                            : lead < 0xf5 ? 4
                                          : 0;
  if (bytes == 0 || bytes > left) return 0;
  unsigned char low = 0x80;
  unsigned char high = 0xbf;
  if (lead == 0xe0) low = 0xa0;
  if (lead == 0xed) high = 0x9f;
  if (lead == 0xf0) low = 0x90;
  if (lead == 0xf4) high = 0x8f;
  if (at[1] < low || at[1] > high) return 0;
  for (std::size_t i = 2; i < bytes; ++i)
    if (!is_continuation(at[i])) return 0;
  return bytes;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t left = text.size();
  while (left > 0) {
    std::size_t step = 1;
    if (left >= 8 && eight_are_ascii(at))
      step = 8;
    else if (*at >= 0x80)
      step = sequence_bytes(at, left);
    if (step == 0) return false;
    at += step;
    left -= step;
  }
  return true;
}

}  // namespace tern
