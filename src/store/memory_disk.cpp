#include "store/memory_disk.hpp"

namespace tern::store {

Result<void> MemoryContents::count_operation() {
  ++operations;
  if (fail_operation && operations >= *fail_operation) return fail_error;
  return {};
}

// A reader that still shares the rows keeps them as they are.
void MemoryContents::detach() {
  if (rows.use_count() > 1) rows = std::make_shared<MemoryRows>(*rows);
}

// Sets or (null) erases one row and returns what was there before.
SharedValue MemoryContents::replace(const Bytes& key, SharedValue value) {
  SharedValue before;
  const auto row = rows->find(key);
  if (row != rows->end()) {
    before = std::move(row->second);
    bytes_used -= key.size() + before->size();
  }
  if (value) {
    bytes_used += key.size() + value->size();
    rows->insert_or_assign(key, std::move(value));
  } else if (row != rows->end()) {
    rows->erase(row);
  }
  return before;
}

void MemoryContents::apply(const MemoryChanges& changes, Durability durability) {
  detach();
  for (const auto& [key, value] : changes) {
    auto before = replace(key, value);
    if (durability == Durability::lazy) undo.emplace_back(key, std::move(before));
  }
  if (durability == Durability::synced) undo.clear();
}

void MemoryContents::undo_lazy() {
  detach();
  for (auto change = undo.rbegin(); change != undo.rend(); ++change)
    replace(change->first, std::move(change->second));
  undo.clear();
}

MemoryDisk::MemoryDisk() : contents_(std::make_shared<MemoryContents>()) {}
MemoryDisk::~MemoryDisk() = default;
MemoryDisk::MemoryDisk(MemoryDisk&&) noexcept = default;
MemoryDisk& MemoryDisk::operator=(MemoryDisk&&) noexcept = default;

void MemoryDisk::power_cut() {
  const std::lock_guard lock(contents_->mutex);
  contents_->undo_lazy();
}

MemoryDisk MemoryDisk::copy() const {
  MemoryDisk out;
  out.restore(*this);
  return out;
}

void MemoryDisk::restore(const MemoryDisk& old) {
  if (old.contents_ == contents_) return;
  const std::scoped_lock lock(contents_->mutex, old.contents_->mutex);
  contents_->rows = std::make_shared<MemoryRows>(*old.contents_->rows);
  contents_->undo = old.contents_->undo;
  contents_->bytes_used = old.contents_->bytes_used;
}

void MemoryDisk::fail_at(std::optional<std::uint64_t> operation, Errc error,
                         CommitOutcome outcome) {
  const std::lock_guard lock(contents_->mutex);
  contents_->fail_operation = operation;
  contents_->fail_error = error;
  contents_->fail_outcome = outcome;
}

void MemoryDisk::set_capacity(std::uint64_t bytes) {
  const std::lock_guard lock(contents_->mutex);
  contents_->capacity = bytes;
}

bool MemoryDisk::failed() const {
  std::lock_guard lock(contents_->mutex);
  return contents_->fail_operation && contents_->operations >= *contents_->fail_operation;
}

std::uint64_t MemoryDisk::operations() const {
  const std::lock_guard lock(contents_->mutex);
  return contents_->operations;
}

std::uint64_t MemoryDisk::bytes_used() const {
  const std::lock_guard lock(contents_->mutex);
  return contents_->bytes_used;
}

Bytes MemoryDisk::dump() const {
  const std::lock_guard lock(contents_->mutex);
  Bytes out;
  const auto add = [&out](const Bytes& key, const SharedValue& value) {
    out.insert(out.end(), key.begin(), key.end());
    if (value) out.insert(out.end(), value->begin(), value->end());
  };
  for (const auto& [key, value] : *contents_->rows) add(key, value);
  for (const auto& [key, value] : contents_->undo) add(key, value);
  return out;
}

}  // namespace tern::store
