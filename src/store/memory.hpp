// The storage port in memory, for the simulator and for tests: the same transactions, and a disk
// that can be cut between any two writes, fill up, refuse to sync, or be put back to an old copy.
#pragma once

#include <memory>

#include "store/port.hpp"

namespace tern::store {

/// What survives a process: give it to open_memory() again after a "crash".
class MemoryDisk {
 public:
  MemoryDisk();
  ~MemoryDisk();
  MemoryDisk(MemoryDisk&&) noexcept;
  MemoryDisk& operator=(MemoryDisk&&) noexcept;

  /// The machine loses power: lazy commits since the last synced one are undone.
  void power_cut();
  /// An old copy of the folder, and putting it back.
  MemoryDisk copy() const;
  /// Every following put or commit number n (counted from 1 over this disk's life) fails with
  /// `error`; the process is then expected to be "killed" by the caller. nullopt: never.
  void fail_at(std::optional<std::uint64_t> operation, Errc error = Errc::storage_io);
  /// Puts fail with storage_full while this many bytes are used up.
  void set_capacity(std::uint64_t bytes);
  /// Puts and commits so far.
  std::uint64_t operations() const;
  /// Everything on the disk, for tests that search it for plaintext.
  Bytes dump() const;

 private:
  friend class MemoryEnvironment;
  struct Contents;
  std::shared_ptr<Contents> contents_;
};

/// `disk` must outlive the environment.
std::unique_ptr<Environment> open_memory(MemoryDisk& disk);

}  // namespace tern::store
