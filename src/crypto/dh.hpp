// X25519 (RFC 7748).
#pragma once

#include "base/entropy.hpp"
#include "crypto/secret.hpp"
#include "tern/result.hpp"

namespace tern::crypto {

using DhPublicKey = FixedBytes<struct DhPublicKeyTag, 32>;
using DhPrivateKey = Secret<32>;

struct DhKeyPair {
  DhPrivateKey private_key;
  DhPublicKey public_key;
  static DhKeyPair generate(Entropy& entropy);
  static DhKeyPair from_private(DhPrivateKey key);
  DhKeyPair clone() const { return {private_key.clone(), public_key}; }
};

/// The shared secret. Errors: key_invalid when it is all zeros (RFC 7748 §6.1: a low-order point).
Result<Secret<32>> dh(const DhPrivateKey& mine, const DhPublicKey& theirs);

/// Whether this is how the key is written (RFC 7748 §5): dh() also takes other encodings of it,
/// with the top bit set or the coordinate not reduced, which would pass for different keys.
bool is_canonical(const DhPublicKey& key) noexcept;

/// Whether dh() with this key fails whatever the private key is: a point of order 1, 2, 4 or 8
/// (RFC 7748 §6.1). Costs a comparison, for keys that are stored now and used later.
bool is_low_order(const DhPublicKey& key) noexcept;

}  // namespace tern::crypto
