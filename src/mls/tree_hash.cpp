// Tree hashes (RFC 9420 §7.8). Those of shared chunks are always computed before sharing, so that
// reading a tree writes nothing.
#include "mls/tree_hash.hpp"

#include <algorithm>

#include "crypto/hash.hpp"
#include "mls/ratchet_tree_chunk.hpp"
#include "mls/workers.hpp"

namespace tern::mls {

Digest hash_leaf(LeafIndex index, const Leaf* leaf) {
  Writer writer;
  write_enum(writer, NodeType::leaf);
  writer.number(index.value).number(static_cast<std::uint8_t>(leaf != nullptr));
  return crypto::sha256({writer.span(), leaf ? leaf->encoded() : ByteSpan()});
}

Digest hash_parent(const ParentNode* node, const Digest& left_hash, const Digest& right_hash) {
  Writer writer;
  writer.reserve(160);
  write_enum(writer, NodeType::parent);
  writer.number(static_cast<std::uint8_t>(node != nullptr));
  if (node) write(writer, *node);
  writer.vector(left_hash).vector(right_hash);
  return crypto::sha256(writer.span());
}

namespace {

// The part of a sorted list that lies below `node`.
std::span<const std::uint32_t> below(NodeIndex node, std::span<const std::uint32_t> leaves) {
  const auto from = first_leaf(node).value;
  const auto begin = std::lower_bound(leaves.begin(), leaves.end(), from);
  const auto end = std::lower_bound(begin, leaves.end(), from + leaves_below(node));
  return {begin, end};
}

}  // namespace

bool RatchetTree::is_hash_valid(NodeIndex parent) const {
  return !chunk_of(parent).slot(parent).parent_tree_hash.is_zero();
}

Digest RatchetTree::tree_hash(NodeIndex node) const {
  const auto& slot = chunk_of(node).slot(node);
  return is_leaf(node) ? hash_leaf(leaf_of(node), slot.leaf.get()) : slot.parent_tree_hash;
}

void RatchetTree::rehash() { rehash_below(root()); }

// What is below the top of each chunk lies in that chunk alone.
void RatchetTree::rehash_chunks(Workers* workers) {
  if (width_ <= leaves_per_chunk) return;
  run_pieces(workers, chunks_.size(), [this](std::size_t i) {
    rehash_below({static_cast<std::uint32_t>(2 * i * leaves_per_chunk + leaves_per_chunk - 1)});
  });
}

void RatchetTree::rehash_below(NodeIndex node) {
  if (is_leaf(node) || is_hash_valid(node)) return;
  rehash_below(left(node));
  rehash_below(right(node));
  auto& slot = change(node).slot(node);
  slot.parent_tree_hash =
      hash_parent(slot.parent.get(), tree_hash(left(node)), tree_hash(right(node)));
}

Digest RatchetTree::tree_hash_without(NodeIndex node,
                                      std::span<const std::uint32_t> blanked) const {
  const auto here = below(node, blanked);
  // §7.9: "if none of the entries in P.unmerged_leaves are in the subtree under S (and thus no
  // leaves were blanked), then the original tree hash at S is the tree hash of S".
  if (here.empty()) return tree_hash(node);
  if (is_leaf(node)) return hash_leaf(leaf_of(node), nullptr);
  const auto left_hash = tree_hash_without(left(node), here);
  const auto right_hash = tree_hash_without(right(node), here);
  const auto* value = parent_node(node);
  if (!value) return hash_parent(nullptr, left_hash, right_hash);
  ParentNode original = *value;
  original.unmerged_leaves.clear();
  std::set_difference(value->unmerged_leaves.begin(), value->unmerged_leaves.end(), here.begin(),
                      here.end(), std::back_inserter(original.unmerged_leaves));
  return hash_parent(&original, left_hash, right_hash);
}

}  // namespace tern::mls
