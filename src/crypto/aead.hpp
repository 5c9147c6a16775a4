// ChaCha20-Poly1305 (RFC 8439) for protocols with their own nonces, XChaCha20-Poly1305 for what
// is sealed at rest under random ones.
#pragma once

#include "base/entropy.hpp"
#include "crypto/secret.hpp"
#include "tern/result.hpp"

namespace tern::crypto {

inline constexpr std::size_t aead_key_bytes = 32;
inline constexpr std::size_t aead_nonce_bytes = 12;
inline constexpr std::size_t aead_tag_bytes = 16;
using AeadNonce = FixedBytes<struct AeadNonceTag, aead_nonce_bytes>;
/// A nonce from a key schedule: as secret as the key beside it, and wiped like it.
struct SecretNonce : AeadNonce {
  SecretNonce() = default;
  explicit SecretNonce(const Secret<aead_nonce_bytes>& secret) {
    for (std::size_t i = 0; i < aead_nonce_bytes; ++i) bytes[i] = secret.span()[i];
  }
  SecretNonce(const SecretNonce&) = default;
  SecretNonce& operator=(const SecretNonce&) = default;
  ~SecretNonce() { wipe(bytes); }
};

/// Ciphertext and 16-byte tag, into `out` (plaintext.size() + 16 bytes; may start where
/// `plaintext` starts: in place).
void aead_seal_into(MutableByteSpan out, ByteSpan key, const AeadNonce& nonce, ByteSpan aad,
                    ByteSpan plaintext);
Bytes aead_seal(ByteSpan key, const AeadNonce& nonce, ByteSpan aad, ByteSpan plaintext);

/// Plaintext into `out` (sealed.size() - 16 bytes; may be in place). Errors: decrypt_failed, and
/// `out` is zeros, so what was to be opened in place is gone.
Result<void> aead_open_into(MutableByteSpan out, ByteSpan key, const AeadNonce& nonce, ByteSpan aad,
                            ByteSpan sealed);
Result<SecretBytes> aead_open(ByteSpan key, const AeadNonce& nonce, ByteSpan aad, ByteSpan sealed);

/// nonce (24 random bytes) || ciphertext || tag (16).
inline constexpr std::size_t seal_overhead_bytes = 24 + 16;
Bytes xseal(ByteSpan key, ByteSpan aad, ByteSpan plaintext, Entropy& entropy);
/// Errors: decrypt_failed.
Result<SecretBytes> xopen(ByteSpan key, ByteSpan aad, ByteSpan sealed);

}  // namespace tern::crypto
