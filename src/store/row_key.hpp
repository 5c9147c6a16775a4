// A row's key as the backends store it, and the part of the tree that a scan covers. All tables
// share one ordered tree, so the table's number goes before the key.
#pragma once

#include <algorithm>
#include <cstring>

#include "base/check.hpp"
#include "base/try.hpp"
#include "store/port.hpp"

namespace tern::store {

/// Unsigned bytewise order, a prefix before what it begins: LMDB's and ours.
inline bool key_less(ByteSpan a, ByteSpan b) {
  const auto shared = std::min(a.size(), b.size());
  const int order = shared == 0 ? 0 : std::memcmp(a.data(), b.data(), shared);
  return order < 0 || (order == 0 && a.size() < b.size());
}

inline bool starts_with(ByteSpan key, ByteSpan prefix) {
  return key.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), key.begin());
}

/// Errors: too_long.
Result<void> check_value(ByteSpan value);

class RowKey {
 public:
  /// Errors: too_long.
  static Result<RowKey> make(Table table, ByteSpan key);
  /// A copy of a key that make() made.
  static RowKey stored(ByteSpan bytes);

  // What is behind the key is not copied: most are short, and there are several to every request.
  RowKey(const RowKey& other) : size_(other.size_) {
    std::copy_n(other.bytes_.begin(), size_, bytes_.begin());
  }
  RowKey& operator=(const RowKey& other) {
    size_ = other.size_;
    std::copy_n(other.bytes_.begin(), size_, bytes_.begin());
    return *this;
  }
  ~RowKey() = default;

  ByteSpan span() const { return ByteSpan(bytes_).first(size_); }
  /// The caller's part.
  ByteSpan user_part() const { return span().subspan(1); }
  /// The smallest key above all that start with this one.
  RowKey after_prefix() const;

 private:
  RowKey() = default;

  std::array<std::uint8_t, 1 + key_bytes_max> bytes_;
  std::size_t size_ = 0;
};

/// The rows that a scan covers: those that start with a prefix, from or up to a key.
class RowRange {
 public:
  /// Upwards from `first`. Errors: too_long.
  static Result<RowRange> make(Table table, ByteSpan prefix, ByteSpan first);
  /// Downwards from `last`; from the prefix's end when `last` is empty. Errors: too_long.
  static Result<RowRange> make_back(Table table, ByteSpan prefix, ByteSpan last);

  ByteSpan first() const { return bound_.span(); }
  ByteSpan last() const { return bound_.span(); }
  /// Whether a row with the key last() belongs to it.
  bool includes_last() const { return includes_last_; }
  bool within(ByteSpan stored_key) const { return starts_with(stored_key, prefix_.span()); }

 private:
  RowRange(const RowKey& prefix, const RowKey& bound, bool includes_last)
      : prefix_(prefix), bound_(bound), includes_last_(includes_last) {}

  RowKey prefix_;
  RowKey bound_;
  bool includes_last_;
};

}  // namespace tern::store
