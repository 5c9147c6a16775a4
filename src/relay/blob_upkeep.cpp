#include "relay/blob_upkeep.hpp"

#include <algorithm>

#include "base/try.hpp"

namespace tern::relay {
namespace {

// One run's share: 16 MiB of chunks, which is more than a batch can bring.
constexpr std::size_t dropped_per_run_max = 128;
constexpr std::size_t erased_chunks_per_run_max = 256;
constexpr std::int64_t due_interval_ms = 3'600'000;

}  // namespace

void BlobUpkeep::take(Now now, const Batch& batch) {
  if (batch.blobs_dropped) next_ = {now.mono_ms, true};
}

std::int64_t BlobUpkeep::next_deadline() const { return next_.more ? next_.at_ms : never_ms; }

Result<void> BlobUpkeep::run(LogTransaction& store, Now now) {
  run_ = next_;
  if (now.mono_ms < next_.at_ms) return {};
  TERN_ASSIGN(const bool all_dropped, drop_due(store, now));
  TERN_ASSIGN(const bool all_erased, erase_dropped(store));
  run_.more = !all_dropped || !all_erased;
  run_.at_ms = run_.more ? now.mono_ms : now.mono_ms + due_interval_ms;
  return {};
}

void BlobUpkeep::keep() { next_ = run_; }

void BlobUpkeep::postpone(std::int64_t until_ms) { next_.at_ms = std::max(next_.at_ms, until_ms); }

Result<bool> BlobUpkeep::drop_due(LogTransaction& store, Now now) {
  const auto today = day_of(now.wall_ms / 1000);
  TERN_ASSIGN(const auto due, store.due_blobs(today, dropped_per_run_max));
  for (const auto& name : due) {
    TERN_ASSIGN(const auto row, store.blob(name));
    if (!row) return Error(Errc::storage_damaged, "a blob that is due is missing");
    TERN_TRY(store.drop_blob(name, *row));
  }
  return due.size() < dropped_per_run_max;
}

Result<bool> BlobUpkeep::erase_dropped(LogTransaction& store) {
  auto left = erased_chunks_per_run_max;
  TERN_ASSIGN(const auto dropped, store.dropped_blobs(erased_chunks_per_run_max));
  for (const auto& blob : dropped) {
    const auto erased = std::min<std::uint64_t>(blob.chunks, left);
    TERN_TRY(store.erase_dropped(blob, erased));
    left -= erased;
    if (left == 0) return false;  // there may be more than were read
  }
  return dropped.size() < erased_chunks_per_run_max;
}

}  // namespace tern::relay
