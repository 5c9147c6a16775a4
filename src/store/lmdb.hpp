// LMDB behind the storage port. Only lmdb*.cpp know it.
#pragma once

#include <filesystem>

#include "store/journaled.hpp"
#include "store/schema.hpp"

namespace tern::store {

struct LmdbOptions {
  std::filesystem::path folder;
  Purpose purpose = Purpose::client;
  std::uint32_t schema = 1;  ///< newest schema that the caller understands
  std::size_t map_bytes_initial = 16u << 20;
  std::vector<Migration> migrations = {};  ///< a step for every schema below `schema`
  /// For one thread that writes all the time: see open_journaled(). `file` is set from the folder.
  std::optional<JournalOptions> journal = {};
};

/// Opens or creates `folder` (0700) with one LMDB file (0600), a journal if there is to be one, and
/// a lock that keeps a second process, or a second open in this one, out (storage_in_use). An older
/// schema is brought forward in one transaction. No MDB_WRITEMAP: a full disk is an error, never
/// SIGBUS.
///
/// Errors: storage_foreign (also: a folder with a journal opened without one), storage_newer,
/// storage_damaged, storage_in_use, storage_permission, storage_full, storage_io, a migration's
/// own; what is in the files is then as it was. Destroying the environment, and what transactions
/// are left of it, releases every lock and handle.
///
/// Without a journal Counters::syncs counts synced commits, each of which waits for the disk twice:
/// an fdatasync of the data, then a write through an O_DSYNC handle of the page that makes it
/// current. A lazy commit has the first only (MDB_NOMETASYNC): MDB_NOSYNC would let the second
/// overtake the first, and a power cut would leave a damaged file.
///
/// After storage_io every call fails with it until the environment is opened again: what the
/// system lost of a failed write is not known.
Result<std::unique_ptr<Environment>> open_lmdb(const LmdbOptions& options);

}  // namespace tern::store
