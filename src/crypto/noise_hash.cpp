#include "crypto/noise_hash.hpp"

#include <sodium.h>

namespace tern::crypto {
namespace {

constexpr std::size_t block_bytes = 128;  // BLOCKLEN
static_assert(noise_hash_bytes == crypto_generichash_blake2b_BYTES_MAX);

void hash_into(MutableByteSpan out, ByteSpan first, std::initializer_list<ByteSpan> parts) {
  crypto_generichash_blake2b_state state;
  crypto_generichash_blake2b_init(&state, nullptr, 0, out.size());
  crypto_generichash_blake2b_update(&state, first.data(), first.size());
  for (const auto part : parts) crypto_generichash_blake2b_update(&state, part.data(), part.size());
  crypto_generichash_blake2b_final(&state, out.data(), out.size());
  sodium_memzero(&state, sizeof(state));  // `first` may be a key
}

// RFC 2104 §2: the key, filled up with zeros to a block, XORed with a repeated byte.
Secret<block_bytes> padded(const NoiseKey& key, std::uint8_t pad) {
  Secret<block_bytes> out;
  const auto block = out.mutable_span();
  for (std::size_t i = 0; i < block_bytes; ++i)
    block[i] = static_cast<std::uint8_t>((i < noise_hash_bytes ? key.span()[i] : 0) ^ pad);
  return out;
}

}  // namespace

NoiseHash noise_hash(std::initializer_list<ByteSpan> parts) {
  NoiseHash out;
  hash_into(out.bytes, {}, parts);
  return out;
}

// libsodium has HMAC over SHA-2 only, and BLAKE2b's own keyed mode is not what Noise asks for.
NoiseKey hmac_blake2b(const NoiseKey& key, std::initializer_list<ByteSpan> parts) {
  NoiseKey inner;
  hash_into(inner.mutable_span(), padded(key, 0x36).span(), parts);
  NoiseKey out;
  hash_into(out.mutable_span(), padded(key, 0x5c).span(), {inner.span()});
  return out;
}

NoiseKeyPair noise_hkdf(const NoiseKey& chaining_key, ByteSpan input_key) {
  static constexpr std::uint8_t one[] = {1}, two[] = {2};
  const auto temporary = hmac_blake2b(chaining_key, {input_key});
  NoiseKeyPair out;
  out.first = hmac_blake2b(temporary, {one});
  out.second = hmac_blake2b(temporary, {out.first.span(), two});
  return out;
}

}  // namespace tern::crypto
