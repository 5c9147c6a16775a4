// The system's randomness, through libsodium.
#pragma once

#include "base/entropy.hpp"
#include "tern/result.hpp"

namespace tern::crypto {

/// libsodium ready to use; called once by every door (Client, Relay, tests). Thread-safe.
Result<void> initialize();

class SystemEntropy final : public Entropy {
 public:
  void fill(MutableByteSpan out) override;
};

}  // namespace tern::crypto
