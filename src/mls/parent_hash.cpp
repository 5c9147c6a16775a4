#include "mls/parent_hash.hpp"

#include <algorithm>

#include "crypto/hash.hpp"

namespace tern::mls {
namespace {

ParentHash parent_hash_field(const RatchetTree& tree, NodeIndex node) {
  if (!is_leaf(node)) return tree.parent_node(node)->parent_hash;
  const auto leaf = tree.leaf(leaf_of(node))->decoded();
  return leaf.source == LeafNodeSource::commit ? leaf.parent_hash : ParentHash();
}

std::vector<NodeIndex> unmerged_below(const ParentNode& node, NodeIndex subtree) {
  std::vector<NodeIndex> out;
  for (auto leaf : node.unmerged_leaves)
    if (is_below({leaf}, subtree)) out.push_back(node_of({leaf}));
  return out;
}

// Whether some D below `child` is valid with respect to `p` (§7.9.2).
bool is_valid_from(const RatchetTree& tree, NodeIndex p, NodeIndex child, NodeIndex sibling_node) {
  const auto& value = *tree.parent_node(p);
  // "D is in the resolution of C, and the intersection of P's unmerged_leaves with the subtree
  // under C is equal to the resolution of C with D removed."
  auto candidates = tree.resolution(child);
  std::sort(candidates.begin(), candidates.end());
  const auto unmerged = unmerged_below(value, child);
  if (candidates.size() != unmerged.size() + 1) return false;
  std::vector<NodeIndex> rest;
  std::set_difference(candidates.begin(), candidates.end(), unmerged.begin(), unmerged.end(),
                      std::back_inserter(rest));
  if (rest.size() != 1) return false;
  // A leaf that has made no commit has no such field: nothing needs to be hashed.
  const auto field = parent_hash_field(tree, rest.front());
  if (!field) return false;
  // "The parent_hash field of D is equal to the parent hash of P with copath child S."
  return *field == parent_hash(value.encryption_key, value.parent_hash,
                               tree.tree_hash_without(sibling_node, value.unmerged_leaves));
}

}  // namespace

Digest parent_hash(const crypto::DhPublicKey& key, const ParentHash& above,
                   const Digest& original_sibling_tree_hash) {
  // ParentHashInput
  Writer writer;
  writer.reserve(3 * 33);
  writer.vector(key);
  write_parent_hash(writer, above);
  writer.vector(original_sibling_tree_hash);
  return crypto::sha256(writer.span());
}

ParentHash set_parent_hashes(RatchetTree& tree, LeafIndex committer,
                             const std::vector<NodeIndex>& path) {
  ParentHash above;  // "The root node always has a zero-length hash for its parent hash."
  for (auto node = path.rbegin(); node != path.rend(); ++node) {
    auto value = *tree.parent_node(*node);
    value.parent_hash = above;
    const auto copath_child = sibling(child_towards(*node, committer));
    above = parent_hash(value.encryption_key, above, tree.tree_hash(copath_child));
    tree.set_parent(*node, std::move(value));
  }
  return above;
}

Result<void> verify_parent_hashes(const RatchetTree& tree) {
  for (NodeIndex node{1}; node.value < node_count(tree.width()); node.value += 2) {
    if (tree.is_blank(node)) continue;
    // "verifying that there is exactly one descendant of each non-blank parent node for which the
    // parent node is parent-hash valid."
    const bool from_left = is_valid_from(tree, node, left(node), right(node));
    const bool from_right = is_valid_from(tree, node, right(node), left(node));
    if (from_left == from_right) return Errc::mls_parent_hash_invalid;
  }
  return {};
}

}  // namespace tern::mls
