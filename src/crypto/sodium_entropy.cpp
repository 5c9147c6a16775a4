#include "crypto/sodium_entropy.hpp"

#include <sodium.h>

namespace tern::crypto {

Result<void> initialize() {
  // 0: ready now, 1: was ready already.
  if (sodium_init() < 0) return Error(Errc::internal, "libsodium found no source of randomness");
  return {};
}

void SystemEntropy::fill(MutableByteSpan out) {
  if (!out.empty()) randombytes_buf(out.data(), out.size());
}

}  // namespace tern::crypto
