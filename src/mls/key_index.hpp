// Which node of a tree has a given public key: §7.3 wants keys to be unique among all members, and
// a search over them for each commit would cost as much as the group is large.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "mls/tree_math.hpp"
#include "tern/bytes.hpp"

namespace tern::mls {

/// A sorted list that is shared between copies, and a short sorted list of what came since. It
/// only ever gains entries: whether a node still has the key is for the tree to say. Sorted by
/// the keys themselves, since whoever chooses keys could choose colliding hashes.
class KeyIndex {
 public:
  using Key = std::array<std::uint8_t, 32>;
  struct Entry {
    Key key;
    NodeIndex node;
    friend auto operator<=>(const Entry&, const Entry&) = default;
  };

  KeyIndex() = default;
  explicit KeyIndex(std::vector<Entry> entries);

  /// `is_live(entry)`: whether the tree still has this key at this node.
  template <class IsLive>
  void add(const Entry& entry, IsLive&& is_live) {
    insert_recent(entry);
    if (recent_.size() >= recent_max) merge(is_live);
  }
  /// The node for which `is_live` says so, and how many there are.
  template <class IsLive>
  std::size_t count(const Key& key, IsLive&& is_live, NodeIndex* found = nullptr) const {
    std::size_t live = 0;
    const auto visit = [&](const std::vector<Entry>& list) {
      for (auto at = first(list, key); at != list.end() && at->key == key; ++at) {
        if (!is_live(*at)) continue;
        if (found) *found = at->node;
        ++live;
      }
    };
    visit(*shared_);
    visit(recent_);
    return live;
  }

 private:
  // Large enough that merging, which is linear, is rare; small enough to copy for each commit.
  static constexpr std::size_t recent_max = 512;
  using List = std::vector<Entry>;
  static List::const_iterator first(const List& list, const Key& key);
  void insert_recent(const Entry& entry);
  bool is_shared(const Entry& entry) const;

  template <class IsLive>
  void merge(IsLive&& is_live) {
    auto merged = std::make_shared<List>();
    merged->reserve(shared_->size() + recent_.size());
    auto a = shared_->begin();
    auto b = recent_.begin();
    while (a != shared_->end() || b != recent_.end()) {
      const bool take_a = b == recent_.end() || (a != shared_->end() && *a < *b);
      const Entry& entry = take_a ? *a++ : *b++;
      if (is_live(entry)) merged->push_back(entry);
    }
    shared_ = std::move(merged);
    recent_.clear();
  }

  std::shared_ptr<const List> shared_ = std::make_shared<const List>();
  List recent_;
};

}  // namespace tern::mls
