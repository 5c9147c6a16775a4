// The tree hash of one node (RFC 9420 §7.8): RatchetTree keeps those of all, and computes them.
#pragma once

#include "mls/ratchet_tree.hpp"

namespace tern::mls {

/// TreeHashInput with a LeafNodeHashInput; null: blank.
Digest hash_leaf(LeafIndex index, const Leaf* leaf);
/// TreeHashInput with a ParentNodeHashInput; null: blank.
Digest hash_parent(const ParentNode* node, const Digest& left_hash, const Digest& right_hash);

}  // namespace tern::mls
