// Which node of a tree has a given public key: §7.3 wants keys to be unique among all members, and
// a search over them for each commit would cost as much as the group is large.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "mls/tree_math.hpp"
#include "tern/bytes.hpp"

namespace tern::mls {

/// A sorted list that is shared between copies, and a short sorted list of what came since. It
/// only ever gains entries: whether a node still has the key is for the tree to say, and so is
/// whether it has this one: of a key 64 bits of its BLAKE2b are kept, a third of the memory. Not of
/// the key itself, of which whoever makes keys could choose any bits; that many hashes collide is
/// out of reach.
class KeyIndex {
 public:
  using Key = std::array<std::uint8_t, 32>;

  KeyIndex() = default;
  struct KeyAt {
    Key key;
    NodeIndex node;
  };
  explicit KeyIndex(std::span<const KeyAt> keys);

  /// `key_of(node)`: the key that the tree has at this node now, if any.
  template <class KeyOf>
  void add(const KeyAt& added, KeyOf&& key_of) {
    insert_recent(entry_of(added));
    if (recent_.size() >= recent_max) merge(key_of);
  }
  /// How many nodes have this key, and one of them.
  template <class KeyOf>
  std::size_t count(const Key& key, KeyOf&& key_of, NodeIndex* found = nullptr) const {
    const auto hash = hash_of(key);
    std::size_t live = 0;
    const auto visit = [&](const List& list) {
      for (auto at = first(list, hash); at != list.end() && at->hash() == hash; ++at) {
        if (key_of(at->node) != key) continue;
        if (found) *found = at->node;
        ++live;
      }
    };
    visit(*shared_);
    visit(recent_);
    return live;
  }

 private:
  // In three words of 32 bits: one of 64 would be padded.
  struct Entry {
    std::uint32_t high, low;
    NodeIndex node;
    std::uint64_t hash() const { return std::uint64_t{high} << 32 | low; }
    friend auto operator<=>(const Entry&, const Entry&) = default;
  };
  using List = std::vector<Entry>;
  // Large enough that merging, which is linear, is rare; small enough to copy for each commit.
  static constexpr std::size_t recent_max = 512;

  static std::uint64_t hash_of(const Key& key);
  static Entry entry_of(const KeyAt& at);
  static List::const_iterator first(const List& list, std::uint64_t hash);
  void insert_recent(const Entry& entry);

  template <class KeyOf>
  void merge(KeyOf&& key_of) {
    auto merged = std::make_shared<List>();
    merged->reserve(shared_->size() + recent_.size());
    auto a = shared_->begin();
    auto b = recent_.begin();
    while (a != shared_->end() || b != recent_.end()) {
      const bool take_a = b == recent_.end() || (a != shared_->end() && *a < *b);
      const Entry& entry = take_a ? *a++ : *b++;
      const auto key = key_of(entry.node);
      if (key && hash_of(*key) == entry.hash()) merged->push_back(entry);
    }
    shared_ = std::move(merged);
    recent_.clear();
  }

  std::shared_ptr<const List> shared_ = std::make_shared<const List>();
  List recent_;
};

}  // namespace tern::mls
