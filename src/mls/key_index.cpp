#include "mls/key_index.hpp"

#include <algorithm>

namespace tern::mls {

KeyIndex::KeyIndex(std::vector<Entry> entries) {
  std::sort(entries.begin(), entries.end());
  shared_ = std::make_shared<const List>(std::move(entries));
}

KeyIndex::List::const_iterator KeyIndex::first(const List& list, const Key& key) {
  return std::lower_bound(list.begin(), list.end(), key,
                          [](const Entry& entry, const Key& wanted) { return entry.key < wanted; });
}

bool KeyIndex::is_shared(const Entry& entry) const {
  return std::binary_search(shared_->begin(), shared_->end(), entry);
}

void KeyIndex::insert_recent(const Entry& entry) {
  const auto at = std::lower_bound(recent_.begin(), recent_.end(), entry);
  // An entry is in one of the lists once, or a node would be counted twice.
  if ((at != recent_.end() && *at == entry) || is_shared(entry)) return;
  recent_.insert(at, entry);
}

}  // namespace tern::mls
