// The ratchet tree of an epoch, which an opened group reads when it needs it: a message needs its
// sender's leaf, a handshake all of it.
#pragma once

#include <map>

#include "mls/tree_records.hpp"

namespace tern::mls {

/// Points to the tree, once that is whole. Thread: reading on changes it behind a const face, so
/// copies that are not whole are never shared between Groups.
class LazyTree {
 public:
  /// What is known of a tree without reading it.
  struct Outline {
    std::uint32_t width = 0;  ///< a power of two within limits::mls_leaves_max
    std::size_t member_count = 0;
    Digest tree_hash;
    LeafIndex own_leaf;
    LeafPointer own;
  };

  /// A tree that is here.
  LazyTree(RatchetTree tree)  // NOLINT: where a tree is expected
      : whole_(std::make_shared<const RatchetTree>(std::move(tree))) {}
  /// One that lies in `source`, which must outlive this and its copies.
  LazyTree(const RecordSource& source, Outline outline)
      : source_(&source), outline_(std::move(outline)) {}

  bool is_whole() const { return whole_ != nullptr; }
  std::uint32_t width() const { return whole_ ? whole_->width() : outline_.width; }
  std::size_t member_count() const {
    return whole_ ? whole_->member_count() : outline_.member_count;
  }
  /// Null when blank or outside the tree; never an error for one's own. Reads the blocks from the
  /// root to the leaf and checks them against the tree hash. Errors: mls_state_malformed and the
  /// source's.
  Result<const Leaf*> leaf(LeafIndex index) const;

  /// Must precede the two below. Errors: mls_state_malformed, when the tree is not the one outlined
  /// too, and the source's.
  Result<void> read_whole() const;
  const RatchetTree& operator*() const { return *whole_; }
  const RatchetTree* operator->() const { return whole_.get(); }

 private:
  using Hashes = std::vector<Digest>;
  using Leaves = std::vector<LeafPointer>;
  Result<TreeBlockContent> read_checked(const TreeBlock& block, const Digest& hash) const;
  Result<const Hashes*> hashes_below(const TreeBlock& block, const Digest& hash) const;
  Result<const Leaves*> leaves_of(const TreeBlock& block, const Digest& hash) const;

  mutable std::shared_ptr<const RatchetTree> whole_;
  const RecordSource* source_ = nullptr;
  Outline outline_;
  // What was read one by one, by the top of its block. Kept when the tree is whole: a caller may
  // still hold a leaf.
  mutable std::map<NodeIndex, Hashes> hashes_;
  mutable std::map<NodeIndex, Leaves> leaves_;
};

}  // namespace tern::mls
