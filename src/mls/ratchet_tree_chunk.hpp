// A piece of a RatchetTree: 16 leaves, the 16 inner nodes right of each, and the tree hashes of
// those. A leaf's own tree hash is not kept: it costs little beside the changes that ask for it,
// and would be a tenth of the memory.
#pragma once

#include "mls/ratchet_tree.hpp"

namespace tern::mls {

/// §7.8.
enum class NodeType : std::uint8_t { leaf = 1, parent = 2 };

struct RatchetTree::Chunk {
  struct Slot {
    LeafPointer leaf;
    ParentPointer parent;
    Digest parent_tree_hash;  ///< all zeros: to be computed
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
