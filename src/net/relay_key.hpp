// The relay's static key: 32 bytes in a file that only its owner may read.
#pragma once

#include <filesystem>

#include "crypto/dh.hpp"

namespace tern::net {

/// Whether a folder without the file gets a new key, or is half of a relay that has devices.
enum class RelayKeyFile { may_be_new, must_be_there };

/// Reads `folder`/relay.key, or makes it (0600, whole or not at all). The folder is locked by the
/// caller. Errors: storage_permission (others may read it, it is another user's, or this user may
/// not read it), storage_damaged (not 32 bytes, no file, or not there although it must be),
/// storage_full, storage_io.
Result<crypto::DhKeyPair> load_or_make_relay_key(const std::filesystem::path& folder,
                                                 Entropy& entropy,
                                                 RelayKeyFile expected = RelayKeyFile::may_be_new);

/// What the core seals phone numbers with: as long as relay.key is there, so are they.
crypto::Secret<32> derive_core_secret(const crypto::DhPrivateKey& relay_key);

}  // namespace tern::net
