// The key that opens a folder, in a file beside it. A real app keeps it in the system's key store
// instead (Keychain, Keystore, libsecret): whoever can read this file can read the messages.
#pragma once

#include <array>
#include <filesystem>

namespace chat {

using StorageKey = std::array<std::uint8_t, 32>;

/// Makes `folder` and a random storage.key (0600) in it. Fails when there is one already.
StorageKey make_storage_key(const std::filesystem::path& folder);
void remove_storage_key(const std::filesystem::path& folder);
StorageKey read_storage_key(const std::filesystem::path& folder);

}  // namespace chat
