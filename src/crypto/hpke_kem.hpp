// RFC 9180 §4.1: DHKEM(X25519, HKDF-SHA256), the key encapsulation under HPKE.
#pragma once

#include "crypto/dh.hpp"

namespace tern::crypto::hpke {

/// Encap and AuthEncap with the ephemeral key given (its public half is `enc`).
/// Errors: key_invalid.
Result<Secret<32>> encapsulate(const DhKeyPair& ephemeral, const DhPublicKey& recipient,
                               const DhKeyPair* sender);
/// Decap and AuthDecap. Errors: key_invalid.
Result<Secret<32>> decapsulate(const DhPublicKey& enc, const DhKeyPair& recipient,
                               const DhPublicKey* sender);

}  // namespace tern::crypto::hpke
