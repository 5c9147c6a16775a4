#include "mls/tree_validation.hpp"

#include <algorithm>

#include "mls/parent_hash.hpp"

namespace tern::mls {
namespace {

Result<void> check_unmerged_leaf(const RatchetTree& tree, NodeIndex node, LeafIndex leaf) {
  // "Verify that the entry represents a non-blank leaf node that is a descendant of the parent
  // node."
  if (!tree.leaf(leaf) || !is_below(leaf, node)) return Errc::mls_unmerged_leaves_invalid;
  // "Verify that every non-blank intermediate node between the leaf node and the parent node also
  // has an entry for the leaf node in its unmerged_leaves."
  for (auto at = parent(node_of(leaf)); at != node; at = parent(at)) {
    const auto* between = tree.parent_node(at);
    if (between && !std::binary_search(between->unmerged_leaves.begin(),
                                       between->unmerged_leaves.end(), leaf.value))
      return Errc::mls_unmerged_leaves_invalid;
  }
  return {};
}

Result<void> check_parent_node(const RatchetTree& tree, NodeIndex node) {
  const auto& value = *tree.parent_node(node);
  for (auto leaf : value.unmerged_leaves) TERN_TRY(check_unmerged_leaf(tree, node, {leaf}));
  // "Verify that the encryption key in the parent node does not appear in any other node of the
  // tree."
  if (tree.count_encryption_key(value.encryption_key) != 1) return Errc::mls_path_key_not_unique;
  if (!crypto::is_canonical(value.encryption_key) || crypto::is_low_order(value.encryption_key))
    return Errc::key_invalid;
  return {};
}

}  // namespace

Result<void> validate_tree(const RatchetTree& tree, const Digest& expected_tree_hash) {
  // "Verify that the tree hash of the ratchet tree matches the tree_hash field in GroupInfo."
  if (tree.tree_hash() != expected_tree_hash) return Errc::mls_tree_hash_mismatch;
  for (NodeIndex node{1}; node.value < node_count(tree.width()); node.value += 2)
    if (!tree.is_blank(node)) TERN_TRY(check_parent_node(tree, node));
  for (const auto index : tree.leaves()) {
    const auto& leaf = *tree.leaf(index);
    // §7.3: "Verify that the following fields are unique among the members of the group:
    // signature_key, encryption_key".
    if (tree.count_encryption_key(leaf.encryption_key()) != 1 ||
        tree.count_signature_key(leaf.signature_key()) != 1)
      return Errc::mls_leaf_key_not_unique;
  }
  // "For each non-empty parent node, verify that it is "parent-hash valid"".
  return verify_parent_hashes(tree);
}

}  // namespace tern::mls
