#include "crypto/dh.hpp"

#include <sodium.h>

namespace tern::crypto {

DhKeyPair DhKeyPair::generate(Entropy& entropy) {
  DhPrivateKey key;
  entropy.fill(key.mutable_span());
  return from_private(std::move(key));
}

DhKeyPair DhKeyPair::from_private(DhPrivateKey key) {
  // RFC 7748 §5: the multiplication clamps the scalar, so any 32 bytes are a private key.
  DhPublicKey public_key;
  crypto_scalarmult_curve25519_base(public_key.bytes.data(), key.span().data());
  return {std::move(key), public_key};
}

Result<Secret<32>> dh(const DhPrivateKey& mine, const DhPublicKey& theirs) {
  Secret<32> shared;
  // RFC 7748 §6.1, RFC 9180 §7.1.4: an all-zero result must be refused. libsodium answers -1.
  if (crypto_scalarmult_curve25519(shared.mutable_span().data(), mine.span().data(),
                                   theirs.bytes.data()) != 0)
    return Errc::key_invalid;
  return shared;
}

}  // namespace tern::crypto
