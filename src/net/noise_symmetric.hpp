// SymmetricState: Noise revision 34 §5.2, with BLAKE2b (§12.8).
#pragma once

#include <optional>
#include <utility>

#include "crypto/noise_hash.hpp"
#include "net/noise_cipher.hpp"

namespace tern::net {

/// What a handshake hashes and encrypts with.
class NoiseSymmetric {
 public:
  explicit NoiseSymmetric(std::string_view protocol_name);

  void mix_key(ByteSpan input_key);
  void mix_hash(ByteSpan data);
  /// Appends to `out`: in clear while there is no key.
  Result<void> encrypt_and_hash(ByteSpan plaintext, Bytes& out);
  /// Errors: decrypt_failed.
  Result<Bytes> decrypt_and_hash(ByteSpan sealed);
  bool has_key() const { return cipher_.has_value(); }
  /// §11.2: for channel binding, and for tests.
  const crypto::NoiseHash& hash() const { return hash_; }
  /// The keys of the initiator's and of the responder's transport messages.
  std::pair<crypto::Secret<32>, crypto::Secret<32>> split() const;

 private:
  crypto::NoiseHash hash_;         // h
  crypto::NoiseKey chaining_key_;  // ck
  std::optional<NoiseCipher> cipher_;
};

}  // namespace tern::net
