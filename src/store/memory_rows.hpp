// Rows in memory: an ordered map whose old versions stay readable, and a transaction's changes
// over it.
#pragma once

#include <map>

#include "store/row_key.hpp"

namespace tern::store {

/// Finds by span, without making a key first.
struct KeyLess {
  using is_transparent = void;
  bool operator()(ByteSpan a, ByteSpan b) const { return key_less(a, b); }
};

/// Values are shared between versions of the map: copying it copies no value.
using SharedValue = std::shared_ptr<const Bytes>;
using MemoryRows = std::map<Bytes, SharedValue, KeyLess>;
/// A null value: the row is erased.
using MemoryChanges = std::map<Bytes, SharedValue, KeyLess>;

struct MemoryRow {
  ByteSpan key;
  SharedValue value;
};

/// `changes` over `base`, as one ordered set of rows.
class MergedRows {
 public:
  MergedRows(const MemoryRows& base, const MemoryChanges& changes)
      : base_(base), changes_(changes) {}

  /// Null when there is no such row.
  SharedValue find(ByteSpan key) const;
  /// The first row with key >= `from`; with key > `from` when `skip_equal`.
  std::optional<MemoryRow> up(ByteSpan from, bool skip_equal) const;
  /// The last row with key < `bound`; with key <= `bound` when `or_equal`.
  std::optional<MemoryRow> down(ByteSpan bound, bool or_equal) const;

 private:
  const MemoryRows& base_;
  const MemoryChanges& changes_;
};

}  // namespace tern::store
