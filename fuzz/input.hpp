// An input taken apart from its front, and one thing that many do: change what is right somewhere.
#pragma once

#include <algorithm>

#include "tern/bytes.hpp"

namespace tern::fuzzing {

/// What is not there any more reads as zero, so that every input means something.
class Input {
 public:
  explicit Input(ByteSpan bytes) : rest_(bytes) {}
  std::uint8_t byte() {
    const auto one = take(1);
    return one.empty() ? std::uint8_t{0} : one.front();
  }
  std::uint16_t word() {
    const auto high = byte();
    return static_cast<std::uint16_t>(high << 8 | byte());
  }
  /// So many, or what is left.
  ByteSpan take(std::size_t count) {
    const auto out = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(out.size());
    return out;
  }
  bool empty() const { return rest_.empty(); }
  ByteSpan rest() const { return rest_; }

 private:
  ByteSpan rest_;
};

/// One change: where (2 bytes, modulo the length), and what is xored there; 0 cuts there instead.
inline void edit(Bytes& bytes, Input& input) {
  const auto place = input.word();
  const auto change = input.byte();
  if (bytes.empty()) return;
  const auto at = place % bytes.size();
  if (change == 0)
    bytes.resize(at);
  else
    bytes[at] ^= change;
}

/// `bytes` with changes for as long as there is input.
inline Bytes edited(ByteSpan bytes, Input& input) {
  Bytes out = to_bytes(bytes);
  while (!input.empty()) edit(out, input);
  return out;
}

}  // namespace tern::fuzzing
