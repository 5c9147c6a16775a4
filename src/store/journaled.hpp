// An environment whose batches go to a journal, and home into the database below many at a time.
//
// A database writes a page for each place that a batch has touched, and waits for the disk twice.
// Here a transaction of the database stays open over many batches, whose rows everybody reads in
// it; what each batch has changed is appended to the journal, with one sync, and the database
// commits when the journal or that transaction has grown: pages that many batches have touched are
// written once. Killed at any time, the journal is read into the database again.
#pragma once

#include "store/journal.hpp"

namespace tern::store {

struct JournalOptions {
  Entropy* entropy = nullptr;  ///< names the rounds; outlives the environment
  std::filesystem::path file;
  /// Of the file, where there is none yet: a multiple of Journal::block_bytes, at most 1 GiB.
  std::size_t bytes = 8u << 20;
  std::size_t changes_max = 16'384;  ///< until they go home: each may be a page in memory
  /// Of a batch that goes to the journal; a larger one goes home at once: its rows share their
  /// pages already, and it would be written twice.
  std::size_t record_bytes_max = 1u << 20;
  /// So much of the disk, beside what the journal's changes may need at home (two pages each), has
  /// to be free, or a batch goes home at once: on a full disk nothing could be erased to make room.
  std::uint64_t disk_room_min = 64u << 20;
};

/// For one thread at a time. One write transaction, or readers: the one is refused while there is
/// the other (internal). Without room on the disk for the journal all batches go home at once,
/// until the next opening.
///
/// Opening brings everything home, and so does the end of the last of environment and transactions,
/// unless the disk has failed; on a full disk it waits in the journal.
///
/// Errors: the journal's and home's. After storage_io of a commit no transaction begins any more
/// (storage_io) until the folder is opened again.
Result<std::unique_ptr<Environment>> open_journaled(std::unique_ptr<Environment> home,
                                                    const JournalOptions& options);

/// One change of a row, as a journal's payload has them, one after the other: 1 byte what, 1 byte
/// table, key<V>, of a put value<V> (RFC 9420 §2.1.2). Errors: storage_damaged, the rows'.
Result<void> apply_changes(ByteSpan changes, WriteTransaction& rows);

}  // namespace tern::store
