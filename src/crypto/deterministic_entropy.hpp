// Randomness that repeats: for the simulator, tests and benchmarks only. Whoever knows the seed
// knows every key drawn from it.
#pragma once

#include "base/entropy.hpp"

namespace tern::crypto {

/// The ChaCha20 key stream (RFC 8439 §2.4) under a key that holds the seed. The same seed gives
/// the same bytes on every machine, however the draws are cut.
class DeterministicEntropy final : public Entropy {
 public:
  explicit DeterministicEntropy(std::uint64_t seed);
  void fill(MutableByteSpan out) override;

 private:
  void refill();
  std::array<std::uint8_t, 32> key_{};
  std::array<std::uint8_t, 64> block_{};
  std::size_t used_ = sizeof(block_);
  std::uint64_t next_block_ = 0;
};

}  // namespace tern::crypto
