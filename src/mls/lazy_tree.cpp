#include "mls/lazy_tree.hpp"

#include <algorithm>

namespace tern::mls {

Result<TreeBlockContent> LazyTree::read_checked(const TreeBlock& block, const Digest& hash) const {
  TERN_ASSIGN(auto content, read_block(*source_, block));
  // A record of an earlier epoch, or of another place in the tree, is well-formed too.
  if (block_hash(block, content) != hash) return Errc::mls_state_malformed;
  return content;
}

Result<const LazyTree::Hashes*> LazyTree::hashes_below(const TreeBlock& block,
                                                       const Digest& hash) const {
  const auto known = hashes_.find(block.top());
  if (known != hashes_.end()) return &known->second;
  TERN_ASSIGN(const auto content, read_checked(block, hash));
  Hashes hashes;
  for (const auto& item : content.items) hashes.push_back(item.hash);
  return &hashes_.emplace(block.top(), std::move(hashes)).first->second;
}

Result<const LazyTree::Leaves*> LazyTree::leaves_of(const TreeBlock& block,
                                                    const Digest& hash) const {
  const auto known = leaves_.find(block.top());
  if (known != leaves_.end()) return &known->second;
  TERN_ASSIGN(auto content, read_checked(block, hash));
  Leaves leaves;
  for (auto& item : content.items) leaves.push_back(std::move(item.node.leaf));
  return &leaves_.emplace(block.top(), std::move(leaves)).first->second;
}

Result<const Leaf*> LazyTree::leaf(LeafIndex index) const {
  if (whole_) return whole_->leaf(index);
  if (index == outline_.own_leaf) return outline_.own.get();
  if (index.value >= outline_.width) return nullptr;
  auto block = TreeBlock::topmost(outline_.width);
  auto hash = outline_.tree_hash;
  while (!block.is_over_leaves()) {
    TERN_ASSIGN(const auto* const hashes, hashes_below(block, hash));
    const auto position = block.position_of(index);
    hash = (*hashes)[position];
    block = block.below(position);
  }
  TERN_ASSIGN(const auto* const leaves, leaves_of(block, hash));
  return (*leaves)[block.position_of(index)].get();
}

Result<void> LazyTree::read_whole() const {
  if (whole_) return {};
  TERN_ASSIGN(auto tree, read_tree(*source_, outline_.width, outline_.tree_hash));
  const auto* own = tree.leaf(outline_.own_leaf);
  if (tree.member_count() != outline_.member_count || !own ||
      !std::equal(own->encoded().begin(), own->encoded().end(), outline_.own->encoded().begin(),
                  outline_.own->encoded().end()))
    return Errc::mls_state_malformed;
  whole_ = std::make_shared<const RatchetTree>(std::move(tree));
  return {};
}

}  // namespace tern::mls
