// The storage port in memory, for the simulator and for tests: the same transactions, and a disk
// that can be cut between any two writes, fill up, refuse to sync, or be put back to an old copy.
#pragma once

#include <memory>

#include "store/port.hpp"

namespace tern::store {

struct MemoryContents;

/// What became of a commit whose answer was an error.
enum class CommitOutcome { lost, kept };

/// What survives a process: give it to open_memory() again after a "crash". All of its functions
/// may be called while an environment is open on it, but not while a transaction is.
class MemoryDisk {
 public:
  MemoryDisk();
  ~MemoryDisk();
  MemoryDisk(MemoryDisk&&) noexcept;
  /// What was open on the disk that is replaced stays on that one; see restore().
  MemoryDisk& operator=(MemoryDisk&&) noexcept;

  /// The machine loses power: lazy commits since the last synced one are undone.
  void power_cut();
  /// An old copy of the folder, and putting it back. Operations go on counting, faults stay.
  MemoryDisk copy() const;
  void restore(const MemoryDisk& old);
  /// The put, erase or commit number `operation` (counted from 1 over this disk's life) fails with
  /// `error`, and so does every later one; the process is then expected to be "killed" by the
  /// caller, who clears the fault with nullopt before the restart. Whether that first one, if it is
  /// a commit, reached the disk before it failed is `outcome`: a client cannot know, so try both.
  /// storage_map_full lasts until grow(), as on LMDB.
  void fail_at(std::optional<std::uint64_t> operation, Errc error = Errc::storage_io,
               CommitOutcome outcome = CommitOutcome::lost);
  /// Whether the planned fault has struck.
  bool failed() const;
  /// Puts fail with storage_full when keys and values would exceed this many bytes.
  void set_capacity(std::uint64_t bytes);
  /// Puts, erases and commits so far.
  std::uint64_t operations() const;
  /// Bytes of keys and values in it.
  std::uint64_t bytes_used() const;
  /// Everything on the disk, what a power cut would bring back too, for tests that search it for
  /// plaintext.
  Bytes dump() const;

 private:
  friend std::unique_ptr<Environment> open_memory(MemoryDisk& disk);
  std::shared_ptr<MemoryContents> contents_;
};

/// Threads may read while one writes. Outlives `disk` if need be.
std::unique_ptr<Environment> open_memory(MemoryDisk& disk);

}  // namespace tern::store
