// The public ratchet tree of one epoch (RFC 9420 §4.1, §7): nodes, resolutions, tree hashes.
//
// A tree is a value whose copies share what neither has changed: a copy costs a pointer for every
// 16 leaves, and a commit copies the pieces on its path.
#pragma once

#include <map>

#include "mls/counted.hpp"
#include "mls/key_index.hpp"
#include "mls/leaf_node.hpp"

namespace tern::mls {

/// A leaf of the tree, kept as its encoding: that is what is hashed, sent and stored, and it is a
/// third of the size of a LeafNode. One block of memory with its bytes behind it.
class Leaf;
using LeafPointer = CountedPointer<const Leaf>;
class Leaf final : public Counted {
 public:
  /// Of a well-formed LeafNode.
  static LeafPointer of(const LeafNode& leaf) { return from_encoding(encode(leaf)); }
  /// Of bytes from which a LeafNode was read.
  static LeafPointer from_encoding(ByteSpan encoded);
  ByteSpan encoded() const { return {reinterpret_cast<const std::uint8_t*>(this + 1), size_}; }
  crypto::DhPublicKey encryption_key() const;
  crypto::VerifyKey signature_key() const;
  CredentialType credential_type() const;
  LeafNode decoded() const;
  static void operator delete(void* block) { ::operator delete(block); }

 private:
  explicit Leaf(ByteSpan encoded);
  std::uint32_t size_;
};
/// The LeafNode in front of `reader`, which must be well-formed.
Result<LeafPointer> read_leaf(Reader& reader);

/// §7.1. Unmerged leaves in increasing order.
struct ParentNode {
  crypto::DhPublicKey encryption_key;
  ParentHash parent_hash;
  std::vector<std::uint32_t> unmerged_leaves;
};
/// Errors: mls_tree_malformed when the unmerged leaves are not sorted.
template <>
Result<ParentNode> read(Reader& reader);
void write(Writer& writer, const ParentNode& node);

/// A ParentNode that trees share.
struct SharedParent final : Counted, ParentNode {
  explicit SharedParent(ParentNode node) : ParentNode(std::move(node)) {}
};
using ParentPointer = CountedPointer<SharedParent>;

class Workers;

class RatchetTree {
 public:
  /// A tree of one leaf.
  explicit RatchetTree(LeafPointer only);
  /// §12.4.3.3: the nodes of the ratchet_tree extension. Only its form is checked here: node
  /// types, sorted lists, size, no blank at the end. Errors: mls_tree_malformed,
  /// mls_tree_too_large.
  static Result<RatchetTree> decode(ByteSpan ratchet_tree, Workers* workers = nullptr);
  Bytes encode() const;
  /// A node that is to be put into a tree: a leaf, a parent, or blank.
  struct Node {
    LeafPointer leaf;
    ParentPointer parent;
  };
  /// Of `width` leaves, a power of two, with these nodes by index; blank after the last.
  static RatchetTree from_nodes(std::uint32_t width, std::vector<Node> nodes,
                                Workers* workers = nullptr);

  /// Leaves, blank ones included: a power of two.
  std::uint32_t width() const { return width_; }
  NodeIndex root() const { return root_of(width_); }
  std::size_t member_count() const { return member_count_; }
  /// Null when blank or outside the tree.
  const Leaf* leaf(LeafIndex index) const;
  const ParentNode* parent_node(NodeIndex node) const;
  bool is_blank(NodeIndex node) const;
  /// The public key of a node that is not blank.
  crypto::DhPublicKey encryption_key(NodeIndex node) const;
  /// The members, from left to right.
  std::vector<LeafIndex> leaves() const;
  /// The nodes from a leaf's parent to the root.
  std::vector<NodeIndex> direct_path(LeafIndex leaf) const;

  // -- §4.1.1, §4.1.2
  /// Without the leaves in `excluded`, which is sorted.
  std::vector<NodeIndex> resolution(NodeIndex node, std::span<const LeafIndex> excluded = {}) const;
  bool is_resolution_empty(NodeIndex node) const;
  /// The direct path without the nodes whose copath child has an empty resolution.
  std::vector<NodeIndex> filtered_direct_path(LeafIndex leaf) const;

  // -- §7.7, §12.1.1-§12.1.3
  /// Errors: mls_tree_too_large.
  Result<LeafIndex> add(LeafPointer leaf);
  void update(LeafIndex index, LeafPointer leaf);
  /// Leaves the width as it is: truncate() follows once all removals of a commit are made.
  void remove(LeafIndex index);
  void truncate();
  void set_leaf(LeafIndex index, LeafPointer leaf);
  void set_parent(NodeIndex node, ParentNode value);
  void blank_direct_path(LeafIndex leaf);

  // -- §7.8
  /// Computes what changed since the last call. Must precede the two below.
  void rehash();
  Digest tree_hash(NodeIndex node) const;
  Digest tree_hash() const { return tree_hash(root()); }
  /// The tree hash of `node` were `blanked` (sorted leaves) blank and in no unmerged list: the
  /// original_sibling_tree_hash of §7.9.
  Digest tree_hash_without(NodeIndex node, std::span<const std::uint32_t> blanked) const;

  // -- §7.3: uniqueness
  /// How many nodes have this encryption key.
  std::size_t count_encryption_key(const crypto::DhPublicKey& key) const;
  /// How many leaves have this signature key; the index of one of them into `found`.
  std::size_t count_signature_key(const crypto::VerifyKey& key, LeafIndex* found = nullptr) const;
  /// The credential types that members use, with how many use each.
  const std::map<CredentialType, std::uint32_t>& credential_types() const {
    return credential_types_;
  }

 private:
  static constexpr std::uint32_t leaves_per_chunk = 16;
  struct Chunk;
  RatchetTree() = default;
  static RatchetTree blank(std::uint32_t width);

  const Chunk& chunk_of(NodeIndex node) const;
  Chunk& change(NodeIndex node);
  void invalidate(NodeIndex parent);
  void invalidate_above(LeafIndex leaf);
  void set_width(std::uint32_t width);
  void put_leaf(LeafIndex index, LeafPointer leaf);
  void put_parent(NodeIndex node, ParentPointer value);
  void add_unmerged(NodeIndex node, LeafIndex leaf);
  void build_indices();
  void count_members();
  void index_leaf(LeafIndex index);
  void index_encryption_key(NodeIndex node);
  std::optional<KeyIndex::Key> indexed_encryption_key(NodeIndex node) const;
  std::optional<KeyIndex::Key> indexed_signature_key(NodeIndex node) const;
  bool is_hash_valid(NodeIndex parent) const;
  void rehash_chunks(Workers* workers);
  void rehash_below(NodeIndex node);
  void append_resolution(NodeIndex node, std::span<const LeafIndex> excluded,
                         std::vector<NodeIndex>& out) const;

  std::uint32_t width_ = 0;
  std::size_t member_count_ = 0;
  /// No leaf before this one is blank: so that adding many is not quadratic.
  std::uint32_t first_blank_ = 0;
  std::vector<std::shared_ptr<Chunk>> chunks_;
  std::map<CredentialType, std::uint32_t> credential_types_;
  KeyIndex encryption_keys_;
  KeyIndex signature_keys_;
};

}  // namespace tern::mls
