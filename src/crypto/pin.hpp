// A registration PIN on its way to the relay: never itself, but a slow hash (Argon2id, RFC 9106).
#pragma once

#include <string_view>

#include "crypto/secret.hpp"
#include "tern/result.hpp"

namespace tern::crypto {

/// 32 bytes of Argon2id over the PIN, 64 MiB and two passes (about 0.1 s), salted with the number,
/// which a new device knows. Four digits can still be tried by who has the hash: the relay counts
/// tries, and the hash keeps a PIN that is used elsewhere from being read off. Errors: internal (no
/// memory).
Result<Secret<32>> pin_proof(std::string_view pin, std::string_view number);

}  // namespace tern::crypto
