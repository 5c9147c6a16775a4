// Ed25519 (RFC 8032).
#pragma once

#include "base/entropy.hpp"
#include "crypto/secret.hpp"
#include "tern/result.hpp"

namespace tern::crypto {

using VerifyKey = FixedBytes<struct VerifyKeyTag, 32>;
using Signature = FixedBytes<struct SignatureTag, 64>;

/// A private signing key with its public half.
class SigningKey {
 public:
  static SigningKey generate(Entropy& entropy);
  /// From the 32-byte seed of RFC 8032 §5.1.5.
  static SigningKey from_seed(ByteSpan seed_32_bytes);
  const VerifyKey& verify_key() const noexcept { return verify_key_; }
  Signature sign(ByteSpan message) const;
  /// The seed, to be sealed and stored.
  Secret<32> seed() const;
  SigningKey clone() const;

 private:
  SigningKey() = default;
  Secret<64> key_;  // seed || public key, libsodium's form
  VerifyKey verify_key_;
};

/// Whether `signature` is one over `message`. Refuses low-order and non-canonical keys.
[[nodiscard]] bool verify(const VerifyKey& key, ByteSpan message, const Signature& signature);

}  // namespace tern::crypto
