// What one proposal does to a tree (RFC 9420 §12.1.1-§12.1.3), as the vectors of tree operations
// have it.
#pragma once

#include <catch2/catch.hpp>

#include "mls/proposal.hpp"
#include "mls/ratchet_tree.hpp"

namespace tern::test {

inline void apply(mls::RatchetTree& tree, const mls::Proposal& proposal, mls::LeafIndex sender) {
  if (const auto* add = std::get_if<mls::Add>(&proposal))
    REQUIRE(tree.add(mls::Leaf::of(add->key_package.leaf_node)).has_value());
  if (const auto* update = std::get_if<mls::Update>(&proposal))
    tree.update(sender, mls::Leaf::of(update->leaf_node));
  if (const auto* remove = std::get_if<mls::Remove>(&proposal)) {
    tree.remove(remove->removed);
    tree.truncate();
  }
  tree.rehash();
}

}  // namespace tern::test
