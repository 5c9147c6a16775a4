// The relay's static key: 32 bytes in a file that only its owner may read.
#pragma once

#include <filesystem>

#include "crypto/dh.hpp"

namespace tern::net {

/// Reads `folder`/relay.key, or makes it (0600, whole or not at all). The folder is locked by the
/// caller. Errors: storage_permission (others may read it, or this user may not), storage_damaged
/// (not 32 bytes), storage_full, storage_io.
Result<crypto::DhKeyPair> load_or_make_relay_key(const std::filesystem::path& folder,
                                                 Entropy& entropy);

}  // namespace tern::net
