// What is simulated is linked with these in front of libsodium's: whoever is in a chat checks the
// same signature with the same key over the same bytes, and all of them are in one process here.
// Whether a signature holds depends on nothing else, so what libsodium has made or has found good
// once is good again. What it finds bad, it is asked every time.
#include "sim/keys.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <unordered_set>

namespace {

bool ideal = false;

// BLAKE2b over parts of which only the last has any size, so that no two lists are the same bytes.
class Hash {
 public:
  using Purpose = char[crypto_generichash_blake2b_PERSONALBYTES + 1];

  Hash(const Purpose& purpose, std::size_t size) : size_(size) {
    crypto_generichash_blake2b_init_salt_personal(&state_, nullptr, 0, size, nullptr,
                                                  reinterpret_cast<const unsigned char*>(purpose));
  }
  Hash& add(const unsigned char* bytes, unsigned long long size) {
    crypto_generichash_blake2b_update(&state_, bytes, size);
    return *this;
  }
  void into(unsigned char* out) { crypto_generichash_blake2b_final(&state_, out, size_); }

 private:
  crypto_generichash_blake2b_state state_;
  std::size_t size_;
};

constexpr std::size_t key_size = 32;

void ideal_dh_public(unsigned char* out, const unsigned char* private_key) {
  Hash("ideal X25519 key", key_size).add(private_key, key_size).into(out);
  out[key_size - 1] &= 0x7f;  // RFC 7748 §5: a coordinate has 255 bits
}

int ideal_dh(unsigned char* out, const unsigned char* private_key, const unsigned char* theirs) {
  if (sodium_is_zero(theirs, key_size) != 0) return -1;
  std::array<unsigned char, key_size> mine{};
  ideal_dh_public(mine.data(), private_key);
  const unsigned char* first = mine.data();
  if (std::memcmp(first, theirs, key_size) > 0) std::swap(first, theirs);
  Hash("ideal X25519 2 k", key_size).add(first, key_size).add(theirs, key_size).into(out);
  return 0;
}

// An element of the directory's group is how many times the base it is, and what is done with
// elements is done with these numbers, of which zero is the identity.
int ideal_multiply(unsigned char* out, const unsigned char* scalar, const unsigned char* element) {
  crypto_core_ristretto255_scalar_mul(out, scalar, element);
  return sodium_is_zero(out, crypto_core_ristretto255_BYTES) == 0 ? 0 : -1;
}

int ideal_multiply_base(unsigned char* out, const unsigned char* scalar) {
  constexpr std::array<unsigned char, crypto_core_ristretto255_BYTES> base{1};
  return ideal_multiply(out, scalar, base.data());
}

bool is_ideal_element(const unsigned char* bytes) {
  std::array<unsigned char, crypto_core_ristretto255_NONREDUCEDSCALARBYTES> wide{};
  std::array<unsigned char, crypto_core_ristretto255_SCALARBYTES> reduced{};
  std::memcpy(wide.data(), bytes, crypto_core_ristretto255_BYTES);
  crypto_core_ristretto255_scalar_reduce(reduced.data(), wide.data());
  return std::memcmp(reduced.data(), bytes, reduced.size()) == 0;
}

void ideal_sign(unsigned char* out, const unsigned char* message, unsigned long long size,
                const unsigned char* verify_key) {
  Hash("ideal Ed25519 si", crypto_sign_ed25519_BYTES)
      .add(verify_key, crypto_sign_ed25519_PUBLICKEYBYTES)
      .add(message, size)
      .into(out);
}

// In place of SHA-256 and its HMAC: BLAKE2b of what was before and the next so many bytes, in the
// room that libsodium's state has. A key is the first of these bytes, behind its length.
struct IdealHash {
  static constexpr std::size_t digest_size = 32;
  static constexpr std::size_t part_max = 56;

  std::array<unsigned char, digest_size> before;
  std::uint64_t count;
  std::array<unsigned char, part_max> part;

  void begin(unsigned char purpose) {
    before.fill(0);
    before[0] = purpose;
    count = 0;
  }
  void add(const unsigned char* bytes, std::size_t size) {
    while (size > 0) {
      const auto used = count % part_max;
      if (used == 0 && count > 0) step(part_max);
      const auto taken = std::min(size, part_max - used);
      std::memcpy(part.data() + used, bytes, taken);
      count += taken;
      bytes += taken;
      size -= taken;
    }
  }
  void end(unsigned char* out) {
    const auto used = count % part_max;
    step(used == 0 && count > 0 ? part_max : used);
    std::memcpy(out, before.data(), digest_size);
  }

 private:
  // What lies together in this object: what was before, how many bytes there are, the bytes.
  void step(std::size_t size) {
    crypto_generichash_blake2b(before.data(), digest_size, reinterpret_cast<unsigned char*>(this),
                               digest_size + sizeof count + size, nullptr, 0);
  }
};
static_assert(sizeof(IdealHash) <= sizeof(crypto_hash_sha256_state));
static_assert(alignof(IdealHash) <= alignof(crypto_hash_sha256_state));

IdealHash* ideal_hash(crypto_hash_sha256_state* state) {
  return reinterpret_cast<IdealHash*>(state);
}
IdealHash* ideal_hash(crypto_auth_hmacsha256_state* state) { return ideal_hash(&state->ictx); }

using Digest = std::array<unsigned char, 32>;
struct DigestHash {
  std::size_t operator()(const Digest& digest) const {
    std::size_t out = 0;
    std::memcpy(&out, digest.data(), sizeof out);
    return out;
  }
};

// A world has some hundreds. One thread plays them all.
constexpr std::size_t known_max = 100'000;
std::unordered_set<Digest, DigestHash> known;

Digest digest_of(const unsigned char* signature, const unsigned char* message,
                 unsigned long long size, const unsigned char* verify_key) {
  Digest out;
  Hash("known signatures", out.size())
      .add(signature, crypto_sign_ed25519_BYTES)
      .add(verify_key, crypto_sign_ed25519_PUBLICKEYBYTES)
      .add(message, size)
      .into(out.data());
  return out;
}

void remember(const Digest& digest) {
  if (known.size() == known_max) known.clear();
  known.insert(digest);
}

}  // namespace

void tern::sim::use_ideal_keys() { ideal = true; }

// The linker's --wrap: calls of NAME come to __wrap_NAME, and __real_NAME is libsodium's.
extern "C" {
decltype(crypto_auth_hmacsha256_init) __real_crypto_auth_hmacsha256_init;
decltype(crypto_auth_hmacsha256_init) __wrap_crypto_auth_hmacsha256_init;
decltype(crypto_auth_hmacsha256_update) __real_crypto_auth_hmacsha256_update;
decltype(crypto_auth_hmacsha256_update) __wrap_crypto_auth_hmacsha256_update;
decltype(crypto_auth_hmacsha256_final) __real_crypto_auth_hmacsha256_final;
decltype(crypto_auth_hmacsha256_final) __wrap_crypto_auth_hmacsha256_final;
decltype(crypto_core_ristretto255_add) __real_crypto_core_ristretto255_add;
decltype(crypto_core_ristretto255_add) __wrap_crypto_core_ristretto255_add;
decltype(crypto_core_ristretto255_from_hash) __real_crypto_core_ristretto255_from_hash;
decltype(crypto_core_ristretto255_from_hash) __wrap_crypto_core_ristretto255_from_hash;
decltype(crypto_core_ristretto255_is_valid_point) __real_crypto_core_ristretto255_is_valid_point;
decltype(crypto_core_ristretto255_is_valid_point) __wrap_crypto_core_ristretto255_is_valid_point;
decltype(crypto_scalarmult_ristretto255) __real_crypto_scalarmult_ristretto255;
decltype(crypto_scalarmult_ristretto255) __wrap_crypto_scalarmult_ristretto255;
decltype(crypto_scalarmult_ristretto255_base) __real_crypto_scalarmult_ristretto255_base;
decltype(crypto_scalarmult_ristretto255_base) __wrap_crypto_scalarmult_ristretto255_base;
decltype(crypto_hash_sha256_init) __real_crypto_hash_sha256_init;
decltype(crypto_hash_sha256_init) __wrap_crypto_hash_sha256_init;
decltype(crypto_hash_sha256_update) __real_crypto_hash_sha256_update;
decltype(crypto_hash_sha256_update) __wrap_crypto_hash_sha256_update;
decltype(crypto_hash_sha256_final) __real_crypto_hash_sha256_final;
decltype(crypto_hash_sha256_final) __wrap_crypto_hash_sha256_final;
decltype(crypto_scalarmult_curve25519) __real_crypto_scalarmult_curve25519;
decltype(crypto_scalarmult_curve25519) __wrap_crypto_scalarmult_curve25519;
decltype(crypto_scalarmult_curve25519_base) __real_crypto_scalarmult_curve25519_base;
decltype(crypto_scalarmult_curve25519_base) __wrap_crypto_scalarmult_curve25519_base;
decltype(crypto_sign_ed25519_detached) __real_crypto_sign_ed25519_detached;
decltype(crypto_sign_ed25519_detached) __wrap_crypto_sign_ed25519_detached;
decltype(crypto_sign_ed25519_seed_keypair) __real_crypto_sign_ed25519_seed_keypair;
decltype(crypto_sign_ed25519_seed_keypair) __wrap_crypto_sign_ed25519_seed_keypair;
decltype(crypto_sign_ed25519_verify_detached) __real_crypto_sign_ed25519_verify_detached;
decltype(crypto_sign_ed25519_verify_detached) __wrap_crypto_sign_ed25519_verify_detached;

int __wrap_crypto_scalarmult_curve25519(unsigned char* out, const unsigned char* private_key,
                                        const unsigned char* public_key) {
  if (ideal) return ideal_dh(out, private_key, public_key);
  return __real_crypto_scalarmult_curve25519(out, private_key, public_key);
}

int __wrap_crypto_scalarmult_curve25519_base(unsigned char* out, const unsigned char* private_key) {
  if (!ideal) return __real_crypto_scalarmult_curve25519_base(out, private_key);
  ideal_dh_public(out, private_key);
  return 0;
}

// libsodium's signing key is the seed, then the key to check with.
int __wrap_crypto_sign_ed25519_seed_keypair(unsigned char* verify_key, unsigned char* key,
                                            const unsigned char* seed) {
  if (!ideal) return __real_crypto_sign_ed25519_seed_keypair(verify_key, key, seed);
  Hash("ideal Ed25519 ke", crypto_sign_ed25519_PUBLICKEYBYTES)
      .add(seed, crypto_sign_ed25519_SEEDBYTES)
      .into(verify_key);
  std::memcpy(key, seed, crypto_sign_ed25519_SEEDBYTES);
  std::memcpy(key + crypto_sign_ed25519_SEEDBYTES, verify_key, crypto_sign_ed25519_PUBLICKEYBYTES);
  return 0;
}

int __wrap_crypto_sign_ed25519_detached(unsigned char* signature, unsigned long long* size_out,
                                        const unsigned char* message, unsigned long long size,
                                        const unsigned char* key) {
  const auto* verify_key = key + crypto_sign_ed25519_SEEDBYTES;
  if (ideal) {
    ideal_sign(signature, message, size, verify_key);
    return 0;
  }
  const int status = __real_crypto_sign_ed25519_detached(signature, size_out, message, size, key);
  if (status == 0) remember(digest_of(signature, message, size, verify_key));
  return status;
}

int __wrap_crypto_sign_ed25519_verify_detached(const unsigned char* signature,
                                               const unsigned char* message,
                                               unsigned long long size,
                                               const unsigned char* verify_key) {
  if (ideal) {
    std::array<unsigned char, crypto_sign_ed25519_BYTES> right{};
    ideal_sign(right.data(), message, size, verify_key);
    return std::memcmp(right.data(), signature, right.size()) == 0 ? 0 : -1;
  }
  const auto digest = digest_of(signature, message, size, verify_key);
  if (known.contains(digest)) return 0;
  const int status =
      __real_crypto_sign_ed25519_verify_detached(signature, message, size, verify_key);
  if (status == 0) remember(digest);
  return status;
}

int __wrap_crypto_core_ristretto255_add(unsigned char* out, const unsigned char* a,
                                        const unsigned char* b) {
  if (!ideal) return __real_crypto_core_ristretto255_add(out, a, b);
  crypto_core_ristretto255_scalar_add(out, a, b);
  return 0;
}

int __wrap_crypto_core_ristretto255_from_hash(unsigned char* out, const unsigned char* hash) {
  if (!ideal) return __real_crypto_core_ristretto255_from_hash(out, hash);
  crypto_core_ristretto255_scalar_reduce(out, hash);
  return 0;
}

int __wrap_crypto_core_ristretto255_is_valid_point(const unsigned char* element) {
  if (!ideal) return __real_crypto_core_ristretto255_is_valid_point(element);
  return is_ideal_element(element) ? 1 : 0;
}

int __wrap_crypto_scalarmult_ristretto255(unsigned char* out, const unsigned char* scalar,
                                          const unsigned char* element) {
  if (ideal) return ideal_multiply(out, scalar, element);
  return __real_crypto_scalarmult_ristretto255(out, scalar, element);
}

int __wrap_crypto_scalarmult_ristretto255_base(unsigned char* out, const unsigned char* scalar) {
  if (ideal) return ideal_multiply_base(out, scalar);
  return __real_crypto_scalarmult_ristretto255_base(out, scalar);
}

int __wrap_crypto_hash_sha256_init(crypto_hash_sha256_state* state) {
  if (!ideal) return __real_crypto_hash_sha256_init(state);
  ideal_hash(state)->begin(0);
  return 0;
}

int __wrap_crypto_hash_sha256_update(crypto_hash_sha256_state* state, const unsigned char* bytes,
                                     unsigned long long size) {
  if (!ideal) return __real_crypto_hash_sha256_update(state, bytes, size);
  ideal_hash(state)->add(bytes, size);
  return 0;
}

int __wrap_crypto_hash_sha256_final(crypto_hash_sha256_state* state, unsigned char* out) {
  if (!ideal) return __real_crypto_hash_sha256_final(state, out);
  ideal_hash(state)->end(out);
  return 0;
}

int __wrap_crypto_auth_hmacsha256_init(crypto_auth_hmacsha256_state* state,
                                       const unsigned char* key, std::size_t size) {
  if (!ideal) return __real_crypto_auth_hmacsha256_init(state, key, size);
  const auto length = static_cast<unsigned char>(size);
  ideal_hash(state)->begin(1);
  ideal_hash(state)->add(&length, 1);
  ideal_hash(state)->add(key, size);
  return 0;
}

int __wrap_crypto_auth_hmacsha256_update(crypto_auth_hmacsha256_state* state,
                                         const unsigned char* bytes, unsigned long long size) {
  if (!ideal) return __real_crypto_auth_hmacsha256_update(state, bytes, size);
  ideal_hash(state)->add(bytes, size);
  return 0;
}

int __wrap_crypto_auth_hmacsha256_final(crypto_auth_hmacsha256_state* state, unsigned char* out) {
  if (!ideal) return __real_crypto_auth_hmacsha256_final(state, out);
  ideal_hash(state)->end(out);
  return 0;
}
}
