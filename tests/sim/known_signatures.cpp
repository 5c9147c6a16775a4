// What is simulated is linked with these in front of libsodium's: whoever is in a chat checks the
// same signature with the same key over the same bytes, and all of them are in one process here.
// Whether a signature holds depends on nothing else, so what libsodium has made or has found good
// once is good again. What it finds bad, it is asked every time.
#include <sodium.h>

#include <array>
#include <cstring>
#include <unordered_set>

namespace {

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
  crypto_generichash_blake2b_state state;
  crypto_generichash_blake2b_init(&state, nullptr, 0, out.size());
  crypto_generichash_blake2b_update(&state, signature, crypto_sign_ed25519_BYTES);
  crypto_generichash_blake2b_update(&state, verify_key, crypto_sign_ed25519_PUBLICKEYBYTES);
  crypto_generichash_blake2b_update(&state, message, size);
  crypto_generichash_blake2b_final(&state, out.data(), out.size());
  return out;
}

void remember(const Digest& digest) {
  if (known.size() == known_max) known.clear();
  known.insert(digest);
}

}  // namespace

// The linker's --wrap: calls of NAME come to __wrap_NAME, and __real_NAME is libsodium's.
extern "C" {
decltype(crypto_sign_ed25519_detached) __real_crypto_sign_ed25519_detached;
decltype(crypto_sign_ed25519_detached) __wrap_crypto_sign_ed25519_detached;
decltype(crypto_sign_ed25519_verify_detached) __real_crypto_sign_ed25519_verify_detached;
decltype(crypto_sign_ed25519_verify_detached) __wrap_crypto_sign_ed25519_verify_detached;

int __wrap_crypto_sign_ed25519_detached(unsigned char* signature, unsigned long long* size_out,
                                        const unsigned char* message, unsigned long long size,
                                        const unsigned char* key) {
  const int status = __real_crypto_sign_ed25519_detached(signature, size_out, message, size, key);
  // libsodium's signing key is the seed, then the key to check with.
  if (status == 0)
    remember(digest_of(signature, message, size, key + crypto_sign_ed25519_SEEDBYTES));
  return status;
}

int __wrap_crypto_sign_ed25519_verify_detached(const unsigned char* signature,
                                               const unsigned char* message,
                                               unsigned long long size,
                                               const unsigned char* verify_key) {
  const auto digest = digest_of(signature, message, size, verify_key);
  if (known.contains(digest)) return 0;
  const int status =
      __real_crypto_sign_ed25519_verify_detached(signature, message, size, verify_key);
  if (status == 0) remember(digest);
  return status;
}
}
