// Numbers as Ogg, Opus and WAV write them.
#pragma once

#include "tern/bytes.hpp"

namespace tern::voice {

/// Of `count` bytes, at most 4, that are there.
inline std::uint32_t little_endian(ByteSpan bytes, std::size_t at, std::size_t count) {
  std::uint32_t out = 0;
  for (std::size_t i = count; i-- > 0;) out = out << 8 | bytes[at + i];
  return out;
}

inline void put_little_endian(Bytes& out, std::uint64_t value, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out.push_back(static_cast<std::uint8_t>(value >> 8 * i));
}

}  // namespace tern::voice
