// LMDB behind the storage port. The only file that knows it is lmdb.cpp.
#pragma once

#include <filesystem>

#include "store/port.hpp"

namespace tern::store {

/// What a folder is for; a relay does not open a client's folder.
enum class Purpose : std::uint8_t { client = 1, relay = 2 };

struct LmdbOptions {
  std::filesystem::path folder;
  Purpose purpose = Purpose::client;
  std::uint32_t schema = 1;              ///< newest schema that the caller understands
  std::size_t map_bytes_initial = 16u << 20;
};

/// Opens or creates `folder` (0700) with one LMDB file (0600) and a lock that keeps a second
/// process out (storage_in_use). No MDB_WRITEMAP: a full disk is an error, never SIGBUS.
/// Errors: storage_foreign, storage_newer, storage_damaged, storage_in_use, storage_permission,
/// storage_full, storage_io; the files are then as they were. Destroying the environment releases
/// every lock and handle.
Result<std::unique_ptr<Environment>> open_lmdb(const LmdbOptions& options);

}  // namespace tern::store
