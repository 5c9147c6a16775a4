// A piece of a RatchetTree: 16 leaves, the 16 inner nodes right of each, and their tree hashes.
#pragma once

#include "mls/ratchet_tree.hpp"

namespace tern::mls {

/// §7.8.
enum class NodeType : std::uint8_t { leaf = 1, parent = 2 };

struct RatchetTree::Chunk {
  struct Slot {
    LeafPointer leaf;
    std::shared_ptr<ParentNode> parent;
    Digest leaf_hash;
    Digest parent_hash;
    bool is_leaf_hash_valid = false;
    bool is_parent_hash_valid = false;
  };
  std::array<Slot, leaves_per_chunk> slots;

  // Node 2·i is leaf i, node 2·i + 1 the inner node to its right: both in slot i.
  static std::uint32_t index_of(NodeIndex node) { return node.value / 2 / leaves_per_chunk; }
  Slot& slot(NodeIndex node) { return slots[node.value / 2 % leaves_per_chunk]; }
  const Slot& slot(NodeIndex node) const { return slots[node.value / 2 % leaves_per_chunk]; }
};

inline const RatchetTree::Chunk& RatchetTree::chunk_of(NodeIndex node) const {
  return *chunks_[Chunk::index_of(node)];
}

}  // namespace tern::mls
