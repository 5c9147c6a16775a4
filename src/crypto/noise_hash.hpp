// The hash functions of Noise with BLAKE2b: Noise revision 34 §4.3 and §12.8.
#pragma once

#include <initializer_list>

#include "crypto/secret.hpp"

namespace tern::crypto {

inline constexpr std::size_t noise_hash_bytes = 64;  // HASHLEN
using NoiseHash = FixedBytes<struct NoiseHashTag, noise_hash_bytes>;
/// A chaining key, or an output of noise_hkdf().
using NoiseKey = Secret<noise_hash_bytes>;

/// HASH: BLAKE2b-512, without a key, over the concatenation of `parts`.
NoiseHash noise_hash(std::initializer_list<ByteSpan> parts);

/// HMAC-HASH (RFC 2104) over the concatenation of `parts`.
NoiseKey hmac_blake2b(const NoiseKey& key, std::initializer_list<ByteSpan> parts);

struct NoiseKeyPair {
  NoiseKey first;
  NoiseKey second;
};
/// HKDF with two outputs. `input_key` may be empty.
NoiseKeyPair noise_hkdf(const NoiseKey& chaining_key, ByteSpan input_key);

}  // namespace tern::crypto
