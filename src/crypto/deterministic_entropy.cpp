#include "crypto/deterministic_entropy.hpp"

#include <sodium.h>

#include <algorithm>

namespace tern::crypto {

DeterministicEntropy::DeterministicEntropy(std::uint64_t seed) {
  for (std::size_t i = 0; i < sizeof(seed); ++i)
    key_[i] = static_cast<std::uint8_t>(seed >> (8 * i));
}

void DeterministicEntropy::fill(MutableByteSpan out) {
  while (!out.empty()) {
    if (used_ == block_.size()) refill();
    const auto count = std::min(out.size(), block_.size() - used_);
    std::copy_n(block_.begin() + static_cast<std::ptrdiff_t>(used_), count, out.begin());
    used_ += count;
    out = out.subspan(count);
  }
}

void DeterministicEntropy::refill() {
  const std::array<std::uint8_t, crypto_stream_chacha20_NONCEBYTES> nonce{};
  block_.fill(0);
  crypto_stream_chacha20_xor_ic(block_.data(), block_.data(), block_.size(), nonce.data(),
                                next_block_++, key_.data());
  used_ = 0;
}

}  // namespace tern::crypto
