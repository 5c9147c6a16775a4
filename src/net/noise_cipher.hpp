// CipherState: Noise revision 34 §5.1, with ChaChaPoly (§12.3).
#pragma once

#include "crypto/aead.hpp"
#include "tern/limits.hpp"

namespace tern::net {

/// One key and its counter: one direction of a connection. After `rekey_every` messages the key
/// gives way to the next (§11.3), which both sides count alike.
class NoiseCipher {
 public:
  explicit NoiseCipher(crypto::Secret<32> key,
                       std::uint64_t rekey_every = limits::noise_rekey_messages)
      : key_(std::move(key)), rekey_every_(rekey_every) {}

  /// `out` is 16 bytes longer than `plaintext`; may be in place. Errors: counter_exhausted.
  Result<void> seal_into(MutableByteSpan out, ByteSpan aad, ByteSpan plaintext);
  /// `out` is 16 bytes shorter than `sealed`; may be in place. Errors: decrypt_failed (the counter
  /// stays), counter_exhausted.
  Result<void> open_into(MutableByteSpan out, ByteSpan aad, ByteSpan sealed);

 private:
  friend struct NoiseCipherTestPeer;
  void advance();

  crypto::Secret<32> key_;
  std::uint64_t counter_ = 0;
  std::uint64_t rekey_every_;
};

}  // namespace tern::net
