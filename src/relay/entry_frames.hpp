// Entries in frames: a row as it goes out, and how many go into one.
#pragma once

#include "relay/log_store.hpp"
#include "tern/limits.hpp"
#include "wire/frames.hpp"

namespace tern::relay {

/// Leaves room in a frame for what stands beside the entries.
inline constexpr std::size_t entries_bytes_max = limits::frame_bytes_max - 100 * 1024;

/// As everybody gets it but its author. The payload is the row's.
inline wire::Entry entry_of(const EntryRow& row) {
  return {row.seq, row.id, row.kind, row.base, false, row.payload};
}

class FrameRoom {
 public:
  explicit FrameRoom(std::size_t entries_max = limits::batch_entries_max)
      : entries_left_(entries_max) {}

  /// Whether the entry still fits. The first one always does: it came in one frame.
  bool take(const wire::Entry& entry) {
    const auto bytes = entry.payload.size() + wire::entry_overhead_bytes;
    if (entries_left_ == 0 || (bytes_ > 0 && bytes_ + bytes > entries_bytes_max)) return false;
    --entries_left_;
    bytes_ += bytes;
    return true;
  }

 private:
  std::size_t entries_left_;
  std::size_t bytes_ = 0;
};

}  // namespace tern::relay
