// Parent hashes (RFC 9420 §7.9): who put which keys into the tree.
#pragma once

#include "mls/ratchet_tree.hpp"

namespace tern::mls {

/// The parent hash of a node with this key and this parent_hash field, whose copath child had this
/// tree hash when the key was set.
Digest parent_hash(const crypto::DhPublicKey& key, const ParentHash& above,
                   const Digest& original_sibling_tree_hash);

/// §7.9, for a path that a commit has just set: fills in the parent_hash fields of `path`, the
/// committer's filtered direct path, from the root down, and returns the one for its leaf.
/// The tree hashes off the path must be computed.
ParentHash set_parent_hashes(RatchetTree& tree, LeafIndex committer,
                             const std::vector<NodeIndex>& path);

/// §7.9.2, when joining: whether each non-blank parent node is parent-hash valid. The tree hashes
/// must be computed, the unmerged leaves verified. Errors: mls_parent_hash_invalid.
Result<void> verify_parent_hashes(const RatchetTree& tree);

}  // namespace tern::mls
