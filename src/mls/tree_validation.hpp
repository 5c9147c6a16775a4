// The integrity of a ratchet tree that a joiner is given (RFC 9420 §12.4.3.1), as far as the tree
// alone shows it. Leaves one by one are leaf_validation.hpp's.
#pragma once

#include "mls/ratchet_tree.hpp"

namespace tern::mls {

/// Errors: mls_tree_hash_mismatch, mls_unmerged_leaves_invalid, mls_parent_hash_invalid,
/// mls_leaf_key_not_unique, mls_path_key_not_unique, key_invalid.
Result<void> validate_tree(const RatchetTree& tree, const Digest& expected_tree_hash);

}  // namespace tern::mls
