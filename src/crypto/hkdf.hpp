// HKDF-Expand (RFC 5869 §2.3) of one key for several outputs.
#pragma once

#include <initializer_list>

#include "crypto/secret.hpp"

namespace tern::crypto {

/// A pseudo-random key whose half of each HMAC is computed once.
class HkdfKey {
 public:
  explicit HkdfKey(ByteSpan pseudo_random_key);
  ~HkdfKey() { wipe(state_.bytes); }
  HkdfKey(const HkdfKey&) = delete;
  HkdfKey& operator=(const HkdfKey&) = delete;

  /// As hkdf_expand(), into at most 32 bytes (else aborts in debug: lengths are ours).
  void expand(std::initializer_list<ByteSpan> info, MutableByteSpan out) const;

 private:
  struct alignas(64) State {
    std::array<std::uint8_t, 256> bytes;
  };
  State state_;
};

}  // namespace tern::crypto
