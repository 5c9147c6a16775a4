// What is on a MemoryDisk, for the environments that are open on it.
#pragma once

#include <limits>
#include <mutex>

#include "store/memory.hpp"
#include "store/memory_rows.hpp"

namespace tern::store {

struct MemoryContents {
  std::mutex mutex;  // guards everything here; rows that a reader shares are never changed
  std::shared_ptr<MemoryRows> rows = std::make_shared<MemoryRows>();
  /// What lazy commits since the last synced one replaced, oldest first.
  std::vector<std::pair<Bytes, SharedValue>> undo;
  std::uint64_t bytes_used = 0;
  std::uint64_t capacity = std::numeric_limits<std::uint64_t>::max();

  std::uint64_t operations = 0;
  std::optional<std::uint64_t> fail_operation;
  Errc fail_error = Errc::storage_io;
  CommitOutcome fail_outcome = CommitOutcome::lost;

  /// Counts one operation. Errors: the one that was asked for.
  Result<void> count_operation();
  void apply(const MemoryChanges& changes, Durability durability);
  void undo_lazy();

 private:
  void detach();
  SharedValue replace(const Bytes& key, SharedValue value);
};

}  // namespace tern::store
