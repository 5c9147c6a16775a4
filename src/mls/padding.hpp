// Padding of PrivateMessageContent (RFC 9420 §6.3.1, §15.1), after Padmé (Nikitin et al., "Reducing
// Metadata Leakage from Encrypted Files and Communication with PURBs", PETS 2019, §4).
#pragma once

#include <bit>
#include <cstddef>

namespace tern::mls {

/// The length that `bytes` is padded to: at most 12 % more, and only O(log log n) bits of the
/// length remain visible.
constexpr std::size_t padme(std::size_t bytes) {
  if (bytes < 2) return bytes;
  const auto exponent = static_cast<unsigned>(std::bit_width(bytes)) - 1;  // floor(log2(bytes))
  const auto exponent_bits = static_cast<unsigned>(std::bit_width(exponent));
  const auto zero_bits = exponent - exponent_bits;
  const std::size_t mask = (std::size_t{1} << zero_bits) - 1;
  return (bytes + mask) & ~mask;
}

}  // namespace tern::mls
