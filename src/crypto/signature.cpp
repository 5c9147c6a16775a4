#include "crypto/signature.hpp"

#include <sodium.h>

#include "crypto/fail_closed.hpp"

namespace tern::crypto {

SigningKey SigningKey::generate(Entropy& entropy) {
  Secret<32> seed;
  entropy.fill(seed.mutable_span());
  return from_seed(seed.span());
}

SigningKey SigningKey::from_seed(ByteSpan seed_32_bytes) {
  SigningKey out;
  Secret<32> random;
  if (!TERN_HOLDS_OR_FAIL_CLOSED(seed_32_bytes.size() == crypto_sign_ed25519_SEEDBYTES,
                                 random.mutable_span()))
    seed_32_bytes = random.span();
  crypto_sign_ed25519_seed_keypair(out.verify_key_.bytes.data(), out.key_.mutable_span().data(),
                                   seed_32_bytes.data());
  return out;
}

Signature SigningKey::sign(ByteSpan message) const {
  Signature out;
  crypto_sign_ed25519_detached(out.bytes.data(), nullptr, message.data(), message.size(),
                               key_.span().data());
  return out;
}

Secret<32> SigningKey::seed() const {
  return *Secret<32>::from(key_.span().first(crypto_sign_ed25519_SEEDBYTES));
}

SigningKey SigningKey::clone() const {
  SigningKey out;
  out.key_ = key_.clone();
  out.verify_key_ = verify_key_;
  return out;
}

bool verify(const VerifyKey& key, ByteSpan message, const Signature& signature) {
  // RFC 8032 §5.1.7 asks that S < L. libsodium checks that, and refuses keys and R of small order
  // (which verify more than one message) and keys that are not in canonical form.
  return crypto_sign_ed25519_verify_detached(signature.bytes.data(), message.data(), message.size(),
                                             key.bytes.data()) == 0;
}

}  // namespace tern::crypto
