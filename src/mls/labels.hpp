// The labelled operations that the whole protocol is built of: RFC 9420 §5.1.2 (signatures),
// §5.1.3 (public key encryption), §5.2 (references) and §8 (key derivation).
#pragma once

#include <initializer_list>
#include <string_view>

#include "crypto/hash.hpp"
#include "crypto/hpke.hpp"
#include "crypto/signature.hpp"
#include "mls/workers.hpp"

namespace tern::mls {

/// KDF.Nh, AEAD.Nk and AEAD.Nn of cipher suite 3.
inline constexpr std::size_t kdf_bytes = 32;
using Secret = crypto::Secret<kdf_bytes>;
using Digest = crypto::Sha256Digest;
/// opaque MAC<V> (§6.1), HMAC-SHA-256 in cipher suite 3.
using Mac = FixedBytes<struct MacTag, 32>;

/// §8: ExpandWithLabel, as many bytes as `out` has.
void expand_with_label_into(ByteSpan secret, std::string_view label, ByteSpan context,
                            MutableByteSpan out);
Secret expand_with_label(ByteSpan secret, std::string_view label, ByteSpan context);
/// §8: DeriveSecret.
Secret derive_secret(ByteSpan secret, std::string_view label);

/// MAC() of the cipher suite (§5.1).
Mac mac(ByteSpan key, std::initializer_list<ByteSpan> parts);
[[nodiscard]] bool mac_equal(const Mac& a, const Mac& b) noexcept;

/// §5.1.2: SignWithLabel over the concatenation of `content`.
crypto::Signature sign_with_label(const crypto::SigningKey& key, std::string_view label,
                                  std::initializer_list<ByteSpan> content);
/// §5.1.2: VerifyWithLabel over the concatenation of `content`.
[[nodiscard]] bool verify_with_label(const crypto::VerifyKey& key, std::string_view label,
                                     std::initializer_list<ByteSpan> content,
                                     const crypto::Signature& signature);

/// §7.6: HPKECiphertext.
struct HpkeCiphertext {
  crypto::DhPublicKey kem_output;
  Bytes ciphertext;
};
/// §5.1.3: EncryptWithLabel. Errors: key_invalid.
Result<HpkeCiphertext> encrypt_with_label(const crypto::DhPublicKey& key, std::string_view label,
                                          ByteSpan context, ByteSpan plaintext, Entropy& entropy);
/// The same for each of many under one context: it is hashed once, and `workers` share the rest.
/// Errors: key_invalid.
struct Recipient {
  crypto::DhPublicKey key;
  ByteSpan plaintext;
};
Result<std::vector<HpkeCiphertext>> encrypt_to_all(std::string_view label, ByteSpan context,
                                                   std::span<const Recipient> recipients,
                                                   Workers* workers, Entropy& entropy);
/// §5.1.3: DecryptWithLabel. Errors: key_invalid, decrypt_failed.
Result<crypto::SecretBytes> decrypt_with_label(const crypto::DhKeyPair& key, std::string_view label,
                                               ByteSpan context, const HpkeCiphertext& sealed);

/// §5.2: RefHash over the concatenation of `value`.
Digest ref_hash(std::string_view label, std::initializer_list<ByteSpan> value);

}  // namespace tern::mls
