// Rows that are in the journal and not yet in their tables, and the way back for a transaction that
// comes to nothing.
#pragma once

#include "store/memory_rows.hpp"

namespace tern::store {

class PendingRows {
 public:
  /// A null value: the row is to be erased.
  const MemoryChanges& rows() const { return rows_; }
  /// Of keys and values.
  std::size_t bytes() const { return bytes_; }

  // -- what undo() takes back
  void set(ByteSpan key, SharedValue value);
  void drop(ByteSpan key);

  /// What was set and dropped since stays.
  void keep() { undo_.clear(); }
  void undo();
  /// The rows as undo() would leave them.
  MemoryChanges kept_rows() const;

  /// Takes the first row from `from` on out for good: it is in its table.
  std::optional<MemoryRow> take(ByteSpan from, Bytes& key);
  void clear();

 private:
  using Before = std::optional<SharedValue>;  // nullopt: there was none
  void remember(ByteSpan key);
  static void put_back(MemoryChanges& rows, const Bytes& key, const Before& before);

  MemoryChanges rows_;
  std::size_t bytes_ = 0;
  std::vector<std::pair<Bytes, Before>> undo_;
};

}  // namespace tern::store
