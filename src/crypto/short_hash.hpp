// SipHash-2-4 (Aumasson, Bernstein 2012): 64 bits under a secret key, for what can only be tried
// against whoever holds the key.
#pragma once

#include "crypto/secret.hpp"

namespace tern::crypto {

/// Of `bytes` as they are; the caller's encoding is unambiguous.
std::uint64_t short_hash(const Secret<16>& key, ByteSpan bytes);

}  // namespace tern::crypto
