// The ratchet tree against a plain model of itself: whatever happened to it, and to its copies.
#include "hostile.hpp"
#include "mls/lazy_tree.hpp"

using namespace tern;
using namespace tern::test;
using namespace tern::mls;

namespace {

LeafPointer leaf_with(Entropy& entropy) {
  LeafNode leaf;
  entropy.fill(leaf.encryption_key.bytes);
  entropy.fill(leaf.signature_key.bytes);
  leaf.credential.type = entropy.below(2) ? CredentialType::basic : CredentialType::x509;
  return Leaf::of(leaf);
}

// Everything that the tree keeps ready, computed again from nothing.
void check_against_model(const RatchetTree& tree) {
  const auto fresh = RatchetTree::decode(tree.encode()).value();
  CHECK(tree.width() == fresh.width());
  CHECK(tree.tree_hash() == fresh.tree_hash());
  CHECK(tree.member_count() == fresh.member_count());
  CHECK(tree.credential_types() == fresh.credential_types());
  for (NodeIndex node{0}; node.value < node_count(tree.width()); ++node.value) {
    if (tree.is_blank(node)) continue;
    CHECK(tree.count_encryption_key(tree.encryption_key(node)) == 1);
  }
  for (const auto index : tree.leaves()) {
    LeafIndex found;
    CHECK(tree.count_signature_key(tree.leaf(index)->signature_key(), &found) == 1);
    CHECK(found == index);
  }
}

class RandomTree {
 public:
  explicit RandomTree(std::uint64_t seed) : entropy_(seed), tree_(leaf_with(entropy_)) {}

  void step() {
    const auto leaves = tree_.leaves();
    const auto somebody = leaves[entropy_.below(leaves.size())];
    const auto before = tree_.leaf(somebody)->decoded();
    switch (entropy_.below(5)) {
      case 0:
      case 1:
        REQUIRE(tree_.add(leaf_with(entropy_)));
        break;
      case 2:
        tree_.update(somebody, leaf_with(entropy_));
        break;
      case 3:
        set_path(somebody);
        break;
      default:
        if (leaves.size() > 1) tree_.remove(somebody);
        tree_.truncate();
    }
    tree_.rehash();
    const bool is_gone =
        !tree_.leaf(somebody) || tree_.leaf(somebody)->signature_key() != before.signature_key;
    CHECK(tree_.count_signature_key(before.signature_key) == (is_gone ? 0 : 1));
  }
  const RatchetTree& tree() const { return tree_; }

 private:
  void set_path(LeafIndex leaf) {
    const auto path = tree_.filtered_direct_path(leaf);
    tree_.blank_direct_path(leaf);
    for (const auto node : path) {
      ParentNode value;
      entropy_.fill(value.encryption_key.bytes);
      tree_.set_parent(node, value);
    }
  }

  SeededEntropy entropy_;
  RatchetTree tree_;
};

}  // namespace

TEST_CASE("a tree keeps its hashes, counts and keys right through any changes") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    INFO("seed " << seed);
    RandomTree random(seed);
    for (int i = 0; i < 150; ++i) {
      random.step();
      if (i % 10 == 0) check_against_model(random.tree());
    }
    check_against_model(random.tree());
  }
}

TEST_CASE("a copy of a tree stays as it is when the original changes") {
  RandomTree random(20);
  for (int i = 0; i < 120; ++i) random.step();
  const auto copy = random.tree();
  const auto bytes = copy.encode();
  const auto hash = copy.tree_hash();
  for (int i = 0; i < 60; ++i) random.step();
  CHECK(random.tree().encode() != bytes);
  CHECK(copy.encode() == bytes);
  CHECK(copy.tree_hash() == hash);
  check_against_model(copy);
}

TEST_CASE("records that follow a tree step by step are those of the tree, and read as it") {
  for (std::uint64_t seed = 30; seed < 34; ++seed) {
    INFO("seed " << seed);
    RandomTree random(seed);
    const auto kept = [](const RatchetTree& tree, const RatchetTree* before, MemoryRecords to) {
      RecordChanges changes;
      append_tree_records(tree, before, changes);
      to.apply(changes);
      return to;
    };
    auto records = kept(random.tree(), nullptr, {});
    for (int i = 0; i < 200; ++i) {
      const auto before = random.tree();
      random.step();
      const auto& tree = random.tree();
      records = kept(tree, &before, records);
      REQUIRE(records.all() == kept(tree, nullptr, {}).all());
      const auto read = read_tree(records, tree.width(), tree.tree_hash()).value();
      REQUIRE(read.encode() == tree.encode());
    }
    check_against_model(
        read_tree(records, random.tree().width(), random.tree().tree_hash()).value());
  }
}

TEST_CASE("every node of a tree is in one of its blocks, whatever the width") {
  for (std::uint32_t width = 1; width <= 8192; width *= 2) {
    INFO(width << " leaves");
    std::set<NodeIndex> nodes, names;
    std::size_t tops = 0;
    for (const auto& block : TreeBlock::all(width)) {
      CHECK(names.insert(block.name()).second);
      for (std::uint32_t at = 0; at < block.node_count(); ++at) {
        if (at % 2 == 0 && !block.is_over_leaves()) {
          tops += block.below(at).top() == block.node(at);
        } else {
          CHECK(nodes.insert(block.node(at)).second);
        }
      }
    }
    CHECK(nodes.size() == node_count(width));
    CHECK(nodes.rbegin()->value == node_count(width) - 1);
    CHECK(tops + 1 == names.size());  // each but the topmost is below another
    CHECK(names.contains(TreeBlock::topmost(width).name()));
  }
}

TEST_CASE("of a tree no leaf is read that is not the one its members have agreed on") {
  RandomTree random(40);
  while (random.tree().width() < 32) random.step();
  const auto& tree = random.tree();
  RecordChanges changes;
  append_tree_records(tree, nullptr, changes);
  MemoryRecords intact;
  intact.apply(changes);
  const auto read_all = [&](const MemoryRecords& records) -> Result<void> {
    // No one's own leaf is asked for: that one is not read from the tree's records.
    const LazyTree lazy(records, {tree.width(), tree.member_count(), tree.tree_hash(),
                                  LeafIndex{tree.width()}, nullptr});
    for (std::uint32_t at = 0; at < tree.width(); ++at) {
      TERN_ASSIGN(const auto* const leaf, lazy.leaf({at}));
      REQUIRE((leaf != nullptr) == (tree.leaf({at}) != nullptr));
      if (leaf) REQUIRE(to_bytes(leaf->encoded()) == to_bytes(tree.leaf({at})->encoded()));
    }
    CHECK(lazy.leaf({tree.width()}).value() == nullptr);
    return {};
  };
  CHECK(read_all(intact));
  for (const auto& [key, value] : intact.all()) {
    for (std::size_t at = 0; at < value.size(); at += 1 + at / 64) {
      auto changed = intact;
      changed.all()[key][at] ^= 1;
      CHECK(error_of(read_all(changed)) == Errc::mls_state_malformed);
      CHECK(error_of(read_tree(changed, tree.width(), tree.tree_hash())) ==
            Errc::mls_state_malformed);
    }
  }
}

TEST_CASE("the lists of keys may grow long, and begin alike") {
  KeyIndex index;
  std::map<std::uint32_t, KeyIndex::Key> keys;
  const auto key_of = [&](NodeIndex node) {
    const auto found = keys.find(node.value);
    return found == keys.end() ? std::nullopt : std::optional(found->second);
  };
  // All keys begin alike; nodes get a new one each time, and every third time its old one back.
  for (std::uint32_t i = 0; i < 5000; ++i) {
    KeyIndex::Key key{};
    const std::uint32_t distinct = i % 3 == 0 ? i % 100 : i;
    key[30] = static_cast<std::uint8_t>(distinct >> 8);
    key[31] = static_cast<std::uint8_t>(distinct);
    const NodeIndex node{i % 100};
    keys[node.value] = key;
    index.add({key, node}, key_of);
  }
  for (const auto& at : keys) {
    const auto expected = std::count_if(
        keys.begin(), keys.end(), [&](const auto& other) { return other.second == at.second; });
    CHECK(index.count(at.second, key_of) == static_cast<std::size_t>(expected));
  }
  CHECK(index.count(KeyIndex::Key{1}, key_of) == 0);
}
