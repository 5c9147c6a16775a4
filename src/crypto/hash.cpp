#include "crypto/hash.hpp"

#include <sodium.h>

#include <algorithm>

#include "crypto/fail_closed.hpp"

namespace tern::crypto {
namespace {

constexpr std::size_t expand_blocks_max = 255;  // RFC 5869 §2.3: the counter is one byte

// libsodium wipes its state in final(), and every path here reaches it.
class Hmac {
 public:
  explicit Hmac(ByteSpan key) {
    // The pointer of an empty span may be null, which libsodium does not allow.
    static constexpr std::uint8_t none = 0;
    crypto_auth_hmacsha256_init(&state_, key.empty() ? &none : key.data(), key.size());
  }
  void add(ByteSpan part) { crypto_auth_hmacsha256_update(&state_, part.data(), part.size()); }
  void add(std::initializer_list<ByteSpan> parts) {
    for (const auto part : parts) add(part);
  }
  void finish(Secret<32>& out) { crypto_auth_hmacsha256_final(&state_, out.mutable_span().data()); }

 private:
  crypto_auth_hmacsha256_state state_;
};

}  // namespace

Sha256Digest sha256(std::initializer_list<ByteSpan> parts) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  for (const auto part : parts) crypto_hash_sha256_update(&state, part.data(), part.size());
  Sha256Digest out;
  crypto_hash_sha256_final(&state, out.bytes.data());
  return out;
}

Secret<32> hmac_sha256(ByteSpan key, std::initializer_list<ByteSpan> parts) {
  Hmac hmac(key);
  hmac.add(parts);
  Secret<32> out;
  hmac.finish(out);
  return out;
}

Secret<32> hkdf_extract(ByteSpan salt, ByteSpan input_key) {
  return hmac_sha256(salt, {input_key});
}

void hkdf_expand(ByteSpan pseudo_random_key, std::initializer_list<ByteSpan> info,
                 MutableByteSpan out) {
  if (!TERN_HOLDS_OR_FAIL_CLOSED(out.size() <= expand_blocks_max * 32, out)) return;
  Secret<32> block;   // T(i) = HMAC(PRK, T(i-1) | info | i)
  ByteSpan previous;  // T(0) is empty
  for (std::uint8_t counter = 1; !out.empty(); ++counter) {
    Hmac hmac(pseudo_random_key);
    hmac.add(previous);
    hmac.add(info);
    hmac.add({&counter, 1});
    hmac.finish(block);
    previous = block.span();
    const auto count = std::min(out.size(), previous.size());
    std::copy_n(previous.begin(), count, out.begin());
    out = out.subspan(count);
  }
}

Blake2bDigest blake2b(std::initializer_list<ByteSpan> parts, ByteSpan key) {
  Blake2bDigest out;
  if (!TERN_HOLDS_OR_FAIL_CLOSED(
          key.empty() || (key.size() >= crypto_generichash_blake2b_KEYBYTES_MIN &&
                          key.size() <= crypto_generichash_blake2b_KEYBYTES_MAX),
          out.bytes))
    return out;
  crypto_generichash_blake2b_state state;
  crypto_generichash_blake2b_init(&state, key.data(), key.size(), out.bytes.size());
  for (const auto part : parts) crypto_generichash_blake2b_update(&state, part.data(), part.size());
  crypto_generichash_blake2b_final(&state, out.bytes.data(), out.bytes.size());
  return out;
}

namespace {

using Blake2bState = crypto_generichash_blake2b_state;

Blake2bState* blake2b_state(std::array<std::uint8_t, 384>& bytes) {
  return reinterpret_cast<Blake2bState*>(bytes.data());
}

}  // namespace

RunningHash::RunningHash() {
  static_assert(sizeof(Blake2bState) <= sizeof(State::bytes) && alignof(Blake2bState) <= 64);
  crypto_generichash_blake2b_init(blake2b_state(state_.bytes), nullptr, 0,
                                  Blake2bDigest::size_bytes);
}

void RunningHash::add(ByteSpan bytes) {
  crypto_generichash_blake2b_update(blake2b_state(state_.bytes), bytes.data(), bytes.size());
}

Blake2bDigest RunningHash::digest() const {
  State last = state_;
  Blake2bDigest out;
  crypto_generichash_blake2b_final(blake2b_state(last.bytes), out.bytes.data(), out.bytes.size());
  return out;
}

}  // namespace tern::crypto
