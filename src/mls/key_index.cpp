#include "mls/key_index.hpp"

#include <algorithm>

#include "crypto/hash.hpp"

namespace tern::mls {

KeyIndex::KeyIndex(std::span<const KeyAt> keys) {
  List entries;
  entries.reserve(keys.size());
  for (const auto& at : keys) entries.push_back(entry_of(at));
  std::sort(entries.begin(), entries.end());
  shared_ = std::make_shared<const List>(std::move(entries));
}

std::uint64_t KeyIndex::hash_of(const Key& key) {
  const auto digest = crypto::blake2b(key);
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < sizeof(out); ++i) out = out << 8 | digest.bytes[i];
  return out;
}

KeyIndex::Entry KeyIndex::entry_of(const KeyAt& at) {
  const auto hash = hash_of(at.key);
  return {static_cast<std::uint32_t>(hash >> 32), static_cast<std::uint32_t>(hash), at.node};
}

KeyIndex::List::const_iterator KeyIndex::first(const List& list, std::uint64_t hash) {
  return std::lower_bound(
      list.begin(), list.end(), hash,
      [](const Entry& entry, std::uint64_t wanted) { return entry.hash() < wanted; });
}

void KeyIndex::insert_recent(const Entry& entry) {
  const auto at = std::lower_bound(recent_.begin(), recent_.end(), entry);
  // An entry is in one of the lists once, or a node would be counted twice.
  if ((at != recent_.end() && *at == entry) ||
      std::binary_search(shared_->begin(), shared_->end(), entry))
    return;
  recent_.insert(at, entry);
}

}  // namespace tern::mls
