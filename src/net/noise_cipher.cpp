#include "net/noise_cipher.hpp"

#include "base/try.hpp"

namespace tern::net {
namespace {

constexpr std::uint64_t rekey_counter = UINT64_MAX;  // §4.2: reserved for REKEY

// §12.3: 32 bits of zeros, then the counter in little-endian order.
crypto::AeadNonce nonce_of(std::uint64_t counter) {
  crypto::AeadNonce out;
  for (std::size_t i = 0; i < 8; ++i)
    out.bytes[4 + i] = static_cast<std::uint8_t>(counter >> (8 * i));
  return out;
}

// §4.2: the first 32 bytes of ENCRYPT(k, 2^64-1, "", 32 zeros).
crypto::Secret<32> next_key(const crypto::Secret<32>& key) {
  crypto::Secret<32 + crypto::aead_tag_bytes> sealed;
  const auto out = sealed.mutable_span();
  crypto::aead_seal_into(out, key.span(), nonce_of(rekey_counter), {}, out.first(32));
  return *crypto::Secret<32>::from(sealed.span().first(32));
}

}  // namespace

Result<void> NoiseCipher::seal_into(MutableByteSpan out, ByteSpan aad, ByteSpan plaintext) {
  // §5.1: the last counter value is never used for a message.
  if (counter_ == rekey_counter) return Errc::counter_exhausted;
  crypto::aead_seal_into(out, key_.span(), nonce_of(counter_), aad, plaintext);
  advance();
  return {};
}

Result<void> NoiseCipher::open_into(MutableByteSpan out, ByteSpan aad, ByteSpan sealed) {
  if (counter_ == rekey_counter) return Errc::counter_exhausted;
  TERN_TRY(crypto::aead_open_into(out, key_.span(), nonce_of(counter_), aad, sealed));
  advance();
  return {};
}

void NoiseCipher::advance() {
  // §11.3: a new key does not set the counter back.
  if (++counter_ % rekey_every_ == 0) key_ = next_key(key_);
}

}  // namespace tern::net
