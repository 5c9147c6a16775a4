// Hybrid public key encryption (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
// ChaCha20-Poly1305 — the suite of MLS cipher suite 3.
#pragma once

#include "crypto/aead.hpp"
#include "crypto/dh.hpp"
#include "crypto/hash.hpp"

namespace tern::crypto::hpke {

/// RFC 9180 §5.1.2: a secret that both sides hold already, and its name.
struct Psk {
  ByteSpan psk;
  ByteSpan psk_id;
};

/// A sender's or a recipient's context (RFC 9180 §5.2, §5.3). Move-only; wipes its keys.
class Context {
 public:
  /// §5.2. Errors: counter_exhausted (MessageLimitReachedError), invalid_argument (a recipient's
  /// context).
  Result<Bytes> seal(ByteSpan aad, ByteSpan plaintext);
  /// §5.2. Errors: decrypt_failed (the counter stays), counter_exhausted, invalid_argument (a
  /// sender's context).
  Result<SecretBytes> open(ByteSpan aad, ByteSpan ciphertext);
  /// §5.3. At most 255 × 32 bytes, else invalid_argument.
  Result<SecretBytes> export_secret(ByteSpan exporter_context, std::size_t bytes) const;

 private:
  friend struct KeySchedule;
  friend struct ContextTestPeer;  // sets the counter near its end
  enum class Role { sender, recipient };
  explicit Context(Role role) : role_(role) {}
  Result<SecretNonce> next_nonce(Role needed) const;

  Role role_;
  Secret<32> key_;
  SecretNonce base_nonce_;
  Secret<32> exporter_secret_;
  std::uint64_t sequence_ = 0;
};

struct Sender {
  DhPublicKey enc;
  Context context;
};

/// §7.1.3 DeriveKeyPair from input key material of at least 32 bytes.
DhKeyPair derive_key_pair(ByteSpan input_key_material);

/// The four modes of §5.1. `psk` null: base / auth. Errors: key_invalid, invalid_argument (a PSK
/// without id or an id without PSK, §5.1: "inconsistent PSK inputs"; a PSK under 32 bytes, §5.1.2).
Result<Sender> setup_sender(const DhPublicKey& recipient, ByteSpan info, Entropy& entropy,
                            const Psk* psk = nullptr, const DhKeyPair* authenticate_as = nullptr);
/// The same with the ephemeral key given: for test vectors and for MLS external init.
Result<Sender> setup_sender(const DhPublicKey& recipient, ByteSpan info, DhKeyPair ephemeral,
                            const Psk* psk = nullptr, const DhKeyPair* authenticate_as = nullptr);
Result<Context> setup_recipient(const DhPublicKey& enc, const DhKeyPair& recipient, ByteSpan info,
                                const Psk* psk = nullptr, const DhPublicKey* sender = nullptr);

struct Sealed {
  DhPublicKey enc;
  Bytes ciphertext;
};
/// What base mode's key schedule makes of an `info` (§5.1, key_schedule_context), hashed once where
/// many recipients are sealed to under the same.
class BaseInfo {
 public:
  explicit BaseInfo(ByteSpan info);

 private:
  friend Result<Sealed> seal(const DhPublicKey& recipient, const BaseInfo& info, ByteSpan aad,
                             ByteSpan plaintext, DhPrivateKey ephemeral);
  std::array<std::uint8_t, 1 + 32 + 32> context_;
};

/// §6.1, base mode, single shot, with the ephemeral key given: drawn ahead, by whoever seals on
/// several threads. Errors: key_invalid.
Result<Sealed> seal(const DhPublicKey& recipient, const BaseInfo& info, ByteSpan aad,
                    ByteSpan plaintext, DhPrivateKey ephemeral);
/// §6.1, base mode, single shot.
Result<Sealed> seal(const DhPublicKey& recipient, ByteSpan info, ByteSpan aad, ByteSpan plaintext,
                    Entropy& entropy);
Result<SecretBytes> open(const DhPublicKey& enc, const DhKeyPair& recipient, ByteSpan info,
                         ByteSpan aad, ByteSpan ciphertext);

}  // namespace tern::crypto::hpke
