#include "crypto/aead.hpp"

#include <sodium.h>

#include <algorithm>

#include "base/try.hpp"
#include "crypto/fail_closed.hpp"

namespace tern::crypto {
namespace {

constexpr std::size_t xnonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
static_assert(seal_overhead_bytes == xnonce_bytes + aead_tag_bytes);
static_assert(aead_key_bytes == crypto_aead_chacha20poly1305_ietf_KEYBYTES &&
              aead_key_bytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

}  // namespace

void aead_seal_into(MutableByteSpan out, ByteSpan key, const AeadNonce& nonce, ByteSpan aad,
                    ByteSpan plaintext) {
  if (!TERN_HOLDS_OR_FAIL_CLOSED(
          key.size() == aead_key_bytes && out.size() == plaintext.size() + aead_tag_bytes, out))
    return;
  crypto_aead_chacha20poly1305_ietf_encrypt(out.data(), nullptr, plaintext.data(), plaintext.size(),
                                            aad.data(), aad.size(), nullptr, nonce.bytes.data(),
                                            key.data());
}

Bytes aead_seal(ByteSpan key, const AeadNonce& nonce, ByteSpan aad, ByteSpan plaintext) {
  Bytes out(plaintext.size() + aead_tag_bytes);
  aead_seal_into(out, key, nonce, aad, plaintext);
  return out;
}

Result<void> aead_open_into(MutableByteSpan out, ByteSpan key, const AeadNonce& nonce, ByteSpan aad,
                            ByteSpan sealed) {
  if (sealed.size() < aead_tag_bytes) return Errc::decrypt_failed;
  TERN_CHECK(key.size() == aead_key_bytes);
  TERN_CHECK(out.size() == sealed.size() - aead_tag_bytes);
  if (crypto_aead_chacha20poly1305_ietf_decrypt(out.data(), nullptr, nullptr, sealed.data(),
                                                sealed.size(), aad.data(), aad.size(),
                                                nonce.bytes.data(), key.data()) != 0)
    return Errc::decrypt_failed;
  return {};
}

Result<SecretBytes> aead_open(ByteSpan key, const AeadNonce& nonce, ByteSpan aad, ByteSpan sealed) {
  if (sealed.size() < aead_tag_bytes) return Errc::decrypt_failed;
  SecretBytes out(sealed.size() - aead_tag_bytes);
  TERN_TRY(aead_open_into(out.mutable_span(), key, nonce, aad, sealed));
  return out;
}

Bytes xseal(ByteSpan key, ByteSpan aad, ByteSpan plaintext, Entropy& entropy) {
  Bytes out(plaintext.size() + seal_overhead_bytes);
  if (!TERN_HOLDS_OR_FAIL_CLOSED(key.size() == aead_key_bytes, out)) return out;
  const auto nonce = MutableByteSpan(out).first(xnonce_bytes);
  entropy.fill(nonce);
  crypto_aead_xchacha20poly1305_ietf_encrypt(out.data() + xnonce_bytes, nullptr, plaintext.data(),
                                             plaintext.size(), aad.data(), aad.size(), nullptr,
                                             nonce.data(), key.data());
  return out;
}

Result<SecretBytes> xopen(ByteSpan key, ByteSpan aad, ByteSpan sealed) {
  if (sealed.size() < seal_overhead_bytes) return Errc::decrypt_failed;
  TERN_CHECK(key.size() == aead_key_bytes);
  const auto nonce = sealed.first(xnonce_bytes);
  const auto body = sealed.subspan(xnonce_bytes);
  SecretBytes out(body.size() - aead_tag_bytes);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(out.mutable_span().data(), nullptr, nullptr,
                                                 body.data(), body.size(), aad.data(), aad.size(),
                                                 nonce.data(), key.data()) != 0)
    return Errc::decrypt_failed;
  return out;
}

}  // namespace tern::crypto
