#include "sim/worlds/choices.hpp"

namespace tern::sim {

Choices Choices::from_seed(std::uint64_t seed) {
  Choices out;
  out.state_ = seed;
  return out;
}

Choices Choices::from_bytes(ByteSpan bytes) {
  Choices out;
  out.by_bytes_ = true;
  out.bytes_ = to_bytes(bytes);
  return out;
}

std::uint64_t Choices::below(std::uint64_t bound) {
  if (bound <= 1) return 0;
  std::uint64_t drawn = 0;
  if (by_bytes_) {
    for (auto range = bound - 1; range > 0 && at_ < bytes_.size(); range >>= 8)
      drawn = drawn << 8 | bytes_[at_++];
  } else {
    // SplitMix64 (Steele, Lea, Flood 2014).
    drawn = state_ += 0x9E3779B97F4A7C15;
    drawn = (drawn ^ drawn >> 30) * 0xBF58476D1CE4E5B9;
    drawn = (drawn ^ drawn >> 27) * 0x94D049BB133111EB;
    drawn ^= drawn >> 31;
  }
  return drawn % bound;
}

}  // namespace tern::sim
