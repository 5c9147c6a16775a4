// A piece of the ratchet tree as it is kept: four levels of inner nodes, and what is below them.
//
//   block over leaves     16 leaves and the 15 inner nodes above them
//   block over blocks     15 inner nodes, and the tree hashes of the 16 blocks below
//
// A commit writes one block for every four levels of its path. And a leaf is read with the few
// blocks above it, each of which is checked against the tree hash that the one above it has of it,
// the topmost against that of the GroupContext: what is read so is what every member has agreed on
// (RFC 9420 §7.8), as if the whole tree had been read.
#pragma once

#include "mls/ratchet_tree.hpp"

namespace tern::mls {

class TreeBlock {
 public:
  static constexpr unsigned levels = 4;
  static constexpr std::uint32_t fan_out = 1u << levels;
  /// The block with the root in it.
  static TreeBlock topmost(std::uint32_t width);
  /// All blocks of a tree of `width` leaves, or those of it that one of `narrower` has not.
  static std::vector<TreeBlock> all(std::uint32_t width, std::uint32_t narrower = 0);

  /// The node at its top.
  NodeIndex top() const { return top_; }
  /// The node at its top were the tree as wide as it can get: it stays when the tree grows.
  NodeIndex name() const;
  bool is_over_leaves() const { return bottom_ == 0; }
  /// How many leaves or blocks it is over: a power of two, fan_out below the topmost block.
  std::uint32_t size() const { return 1u << (level(top_) - bottom_); }
  /// Its nodes from left to right: those at even positions are leaves or the tops of the blocks
  /// below, the others are inner nodes.
  std::uint32_t node_count() const { return 2 * size() - 1; }
  NodeIndex node(std::uint32_t position) const;
  /// The block below at an even position.
  TreeBlock below(std::uint32_t position) const { return {node(position), bottom_ - levels}; }
  /// The even position that is, or is above, a leaf of the block.
  std::uint32_t position_of(LeafIndex leaf) const;

 private:
  TreeBlock(NodeIndex top, unsigned bottom) : top_(top), bottom_(bottom) {}
  NodeIndex top_;
  unsigned bottom_;  // level of the nodes at even positions
};

/// What a block holds, by position.
struct TreeBlockContent {
  struct Item {
    RatchetTree::Node node;
    Digest hash;  ///< of the top of a block below
  };
  std::vector<Item> items;
};
/// `tree` must have its hashes computed.
Bytes encode_block(const RatchetTree& tree, const TreeBlock& block);
/// Errors: those of the structures.
Result<TreeBlockContent> decode_block(const TreeBlock& block, ByteSpan bytes);
/// The tree hash of its top.
Digest block_hash(const TreeBlock& block, const TreeBlockContent& content);

}  // namespace tern::mls
