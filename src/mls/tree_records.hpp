// The records of a ratchet tree: one for each of its blocks.
#pragma once

#include "mls/records.hpp"
#include "mls/tree_block.hpp"

namespace tern::mls {

/// What of `tree` is not in `before` (null: everything), and the erasure of what is no more. Both
/// must have their hashes computed. Costs what has changed.
void append_tree_records(const RatchetTree& tree, const RatchetTree* before, RecordChanges& out);

/// One block, not checked against anything. Errors: mls_state_malformed and the source's.
Result<TreeBlockContent> read_block(const RecordSource& source, const TreeBlock& block);

/// All of the tree. Errors: mls_state_malformed, also when it has not this tree hash; and the
/// source's.
Result<RatchetTree> read_tree(const RecordSource& source, std::uint32_t width,
                              const Digest& tree_hash);

}  // namespace tern::mls
