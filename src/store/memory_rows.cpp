#include "store/memory_rows.hpp"

namespace tern::store {

SharedValue MergedRows::find(ByteSpan key) const {
  if (const auto change = changes_.find(key); change != changes_.end()) return change->second;
  const auto row = base_.find(key);
  return row == base_.end() ? nullptr : row->second;
}

std::optional<MemoryRow> MergedRows::up(ByteSpan from, bool skip_equal) const {
  auto row = skip_equal ? base_.upper_bound(from) : base_.lower_bound(from);
  auto change = skip_equal ? changes_.upper_bound(from) : changes_.lower_bound(from);
  while (change != changes_.end()) {
    if (row != base_.end() && key_less(row->first, change->first)) break;
    if (change->second) return MemoryRow{change->first, change->second};
    if (row != base_.end() && row->first == change->first) ++row;
    ++change;
  }
  if (row == base_.end()) return std::nullopt;
  return MemoryRow{row->first, row->second};
}

std::optional<MemoryRow> MergedRows::down(ByteSpan bound, bool or_equal) const {
  auto row = or_equal ? base_.upper_bound(bound) : base_.lower_bound(bound);
  auto change = or_equal ? changes_.upper_bound(bound) : changes_.lower_bound(bound);
  while (change != changes_.begin()) {
    const auto last_change = std::prev(change);
    if (row != base_.begin() && key_less(last_change->first, std::prev(row)->first)) break;
    if (last_change->second) return MemoryRow{last_change->first, last_change->second};
    if (row != base_.begin() && std::prev(row)->first == last_change->first) --row;
    change = last_change;
  }
  if (row == base_.begin()) return std::nullopt;
  --row;
  return MemoryRow{row->first, row->second};
}

}  // namespace tern::store
