// "Randomness" that is given: for published vectors that name their ephemeral keys.
#pragma once

#include "base/entropy.hpp"

namespace tern::test {

/// Hands out `bytes` once, in order, and zeros after them.
class FixedEntropy final : public Entropy {
 public:
  explicit FixedEntropy(Bytes bytes) : bytes_(std::move(bytes)) {}
  void fill(MutableByteSpan out) override {
    for (auto& byte : out) byte = used_ < bytes_.size() ? bytes_[used_++] : 0;
  }

 private:
  Bytes bytes_;
  std::size_t used_ = 0;
};

}  // namespace tern::test
