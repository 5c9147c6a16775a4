#include "crypto/pin.hpp"

#include <sodium.h>

#include "crypto/hash.hpp"

namespace tern::crypto {
namespace {

// Every device must come to the same: never to be changed without another label for the salt.
constexpr unsigned long long passes = 2;
constexpr std::size_t memory_bytes = 64 * 1024 * 1024;

}  // namespace

Result<Secret<32>> pin_proof(std::string_view pin, std::string_view number) {
  const auto salt = blake2b({as_bytes("tern 1 registration PIN"), as_bytes(number)});
  static_assert(crypto_pwhash_argon2id_SALTBYTES <= Blake2bDigest::size_bytes);
  Secret<32> out;
  if (crypto_pwhash_argon2id(out.mutable_span().data(), out.size_bytes, pin.data(), pin.size(),
                             salt.bytes.data(), passes, memory_bytes,
                             crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0)
    return Error(Errc::internal, "no memory to hash a PIN");
  return out;
}

}  // namespace tern::crypto
