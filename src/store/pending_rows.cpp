#include "store/pending_rows.hpp"

namespace tern::store {
namespace {

std::size_t size_of(ByteSpan key, const SharedValue& value) {
  return key.size() + (value ? value->size() : 0);
}

}  // namespace

void PendingRows::remember(ByteSpan key) {
  const auto row = rows_.find(key);
  undo_.emplace_back(to_bytes(key), row == rows_.end() ? Before() : Before(row->second));
}

void PendingRows::set(ByteSpan key, SharedValue value) {
  remember(key);
  bytes_ += size_of(key, value);
  const auto row = rows_.find(key);
  if (row == rows_.end()) {
    rows_.emplace(to_bytes(key), std::move(value));
    return;
  }
  bytes_ -= size_of(key, row->second);
  row->second = std::move(value);
}

void PendingRows::drop(ByteSpan key) {
  const auto row = rows_.find(key);
  if (row == rows_.end()) return;
  remember(key);
  bytes_ -= size_of(key, row->second);
  rows_.erase(row);
}

void PendingRows::put_back(MemoryChanges& rows, const Bytes& key, const Before& before) {
  if (before)
    rows.insert_or_assign(key, *before);
  else
    rows.erase(key);
}

void PendingRows::undo() {
  for (auto change = undo_.rbegin(); change != undo_.rend(); ++change) {
    const auto& [key, before] = *change;
    const auto row = rows_.find(key);
    if (row != rows_.end()) bytes_ -= size_of(key, row->second);
    if (before) bytes_ += size_of(key, *before);
    put_back(rows_, key, before);
  }
  undo_.clear();
}

MemoryChanges PendingRows::kept_rows() const {
  auto out = rows_;
  for (auto change = undo_.rbegin(); change != undo_.rend(); ++change)
    put_back(out, change->first, change->second);
  return out;
}

std::optional<MemoryRow> PendingRows::take(ByteSpan from, Bytes& key) {
  const auto row = rows_.lower_bound(from);
  if (row == rows_.end()) return std::nullopt;
  bytes_ -= size_of(row->first, row->second);
  auto taken = rows_.extract(row);
  key = std::move(taken.key());
  return MemoryRow{key, std::move(taken.mapped())};
}

void PendingRows::clear() {
  rows_.clear();
  undo_.clear();
  bytes_ = 0;
}

}  // namespace tern::store
