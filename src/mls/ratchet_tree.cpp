#include "mls/ratchet_tree.hpp"

#include <algorithm>
#include <atomic>

#include "mls/ratchet_tree_chunk.hpp"
#include "tern/limits.hpp"

namespace tern::mls {

// -- leaves as bytes: both keys are vectors of 32 bytes, with one octet of length each

Leaf::Leaf(ByteSpan encoded) : size_(static_cast<std::uint32_t>(encoded.size())) {
  std::copy(encoded.begin(), encoded.end(), reinterpret_cast<std::uint8_t*>(this + 1));
}

LeafPointer Leaf::from_encoding(ByteSpan encoded) {
  return LeafPointer(new (::operator new(sizeof(Leaf) + encoded.size())) Leaf(encoded));
}

crypto::DhPublicKey Leaf::encryption_key() const {
  return *crypto::DhPublicKey::from(encoded().subspan(1, 32));
}

crypto::VerifyKey Leaf::signature_key() const {
  return *crypto::VerifyKey::from(encoded().subspan(34, 32));
}

CredentialType Leaf::credential_type() const {
  return static_cast<CredentialType>(encoded()[66] << 8 | encoded()[67]);
}

LeafNode Leaf::decoded() const {
  auto leaf = mls::decode<LeafNode>(encoded());
  return std::move(leaf).value();  // was read from these bytes, or written to them, before
}

template <>
Result<ParentNode> read(Reader& reader) {
  ParentNode node;
  TERN_ASSIGN(node.encryption_key, read_opaque<crypto::DhPublicKey>(reader, Errc::key_invalid));
  TERN_ASSIGN(node.parent_hash, read_parent_hash(reader));
  TERN_ASSIGN(const ByteSpan unmerged, reader.vector(limits::mls_leaves_max * 4));
  Reader items(unmerged);
  while (!items.empty()) {
    TERN_ASSIGN(const auto leaf, items.number<std::uint32_t>());
    // §7.1: "The entries in the unmerged_leaves vector MUST be sorted in increasing order."
    if (!node.unmerged_leaves.empty() && node.unmerged_leaves.back() >= leaf)
      return Errc::mls_tree_malformed;
    node.unmerged_leaves.push_back(leaf);
  }
  return node;
}

void write(Writer& writer, const ParentNode& node) {
  writer.vector(node.encryption_key);
  write_parent_hash(writer, node.parent_hash);
  writer.length(node.unmerged_leaves.size() * 4);
  for (auto leaf : node.unmerged_leaves) writer.number(leaf);
}

// -- storage

RatchetTree RatchetTree::blank(std::uint32_t width) {
  RatchetTree tree;
  tree.set_width(width);
  return tree;
}

RatchetTree::RatchetTree(LeafPointer only) {
  set_width(1);
  put_leaf({0}, std::move(only));
}

RatchetTree::Chunk& RatchetTree::change(NodeIndex node) {
  auto& chunk = chunks_[Chunk::index_of(node)];
  if (chunk.use_count() > 1) {
    chunk = std::make_shared<Chunk>(*chunk);
  } else {
    // The other owner may have been another thread: its reads came before its release.
    std::atomic_thread_fence(std::memory_order_acquire);
  }
  return *chunk;
}

void RatchetTree::set_width(std::uint32_t width) {
  width_ = width;
  const auto chunks = (width + leaves_per_chunk - 1) / leaves_per_chunk;
  while (chunks_.size() < chunks) chunks_.push_back(std::make_shared<Chunk>());
  chunks_.resize(chunks);
}

void RatchetTree::invalidate(NodeIndex node) {
  // Above an invalid node all are invalid already.
  for (; is_hash_valid(node); node = parent(node)) {
    change(node).slot(node).parent_tree_hash = {};
    if (node == root()) return;
  }
}

void RatchetTree::invalidate_above(LeafIndex leaf) {
  if (width_ > 1) invalidate(parent(node_of(leaf)));
}

void RatchetTree::put_leaf(LeafIndex index, LeafPointer leaf) {
  auto& place = change(node_of(index)).slot(node_of(index)).leaf;
  if (place) {
    --member_count_;
    const auto used = credential_types_.find(place->credential_type());
    if (--used->second == 0) credential_types_.erase(used);
  }
  if (leaf) {
    ++member_count_;
    ++credential_types_[leaf->credential_type()];
  } else {
    first_blank_ = std::min(first_blank_, index.value);
  }
  place = std::move(leaf);
  invalidate_above(index);
  if (place) index_leaf(index);
}

void RatchetTree::put_parent(NodeIndex node, ParentPointer value) {
  change(node).slot(node).parent = std::move(value);
  invalidate(node);
}

const Leaf* RatchetTree::leaf(LeafIndex index) const {
  if (index.value >= width_) return nullptr;
  return chunk_of(node_of(index)).slot(node_of(index)).leaf.get();
}

const ParentNode* RatchetTree::parent_node(NodeIndex node) const {
  if (is_leaf(node) || node.value >= node_count(width_)) return nullptr;
  return chunk_of(node).slot(node).parent.get();
}

bool RatchetTree::is_blank(NodeIndex node) const {
  return is_leaf(node) ? leaf(leaf_of(node)) == nullptr : parent_node(node) == nullptr;
}

crypto::DhPublicKey RatchetTree::encryption_key(NodeIndex node) const {
  return is_leaf(node) ? leaf(leaf_of(node))->encryption_key() : parent_node(node)->encryption_key;
}

std::vector<LeafIndex> RatchetTree::leaves() const {
  std::vector<LeafIndex> out;
  out.reserve(member_count_);
  for (LeafIndex index{0}; index.value < width_; ++index.value)
    if (leaf(index)) out.push_back(index);
  return out;
}

std::vector<NodeIndex> RatchetTree::direct_path(LeafIndex leaf) const {
  std::vector<NodeIndex> path;
  for (auto node = node_of(leaf); node != root();) {
    node = parent(node);
    path.push_back(node);
  }
  return path;
}

// -- changes

Result<LeafIndex> RatchetTree::add(LeafPointer leaf) {
  // §12.1.1: "if there are empty leaves in the tree, L is the leftmost empty leaf. Otherwise, the
  // tree is extended to the right".
  LeafIndex index{first_blank_};
  while (index.value < width_ && this->leaf(index)) ++index.value;
  if (index.value >= limits::mls_leaves_max) return Errc::mls_tree_too_large;
  if (index.value == width_) set_width(2 * width_);
  // "For each non-blank intermediate node along the path from the leaf L to the root, add L's leaf
  // index to the unmerged_leaves list for the node."
  for (const auto node : direct_path(index))
    if (parent_node(node)) add_unmerged(node, index);
  put_leaf(index, std::move(leaf));
  first_blank_ = index.value + 1;
  return index;
}

void RatchetTree::add_unmerged(NodeIndex node, LeafIndex leaf) {
  auto& place = change(node).slot(node).parent;
  const ParentNode& present = *place;
  if (place.is_shared()) place = ParentPointer(new SharedParent(present));
  auto& unmerged = place->unmerged_leaves;
  unmerged.insert(std::upper_bound(unmerged.begin(), unmerged.end(), leaf.value), leaf.value);
  invalidate(node);
}

void RatchetTree::update(LeafIndex index, LeafPointer leaf) {
  put_leaf(index, std::move(leaf));
  blank_direct_path(index);
}

void RatchetTree::remove(LeafIndex index) {
  put_leaf(index, nullptr);
  blank_direct_path(index);
}

void RatchetTree::truncate() {
  // §12.1.3: "removing the right subtree until there is at least one non-blank leaf node in the
  // right subtree".
  std::uint32_t used = width_;
  while (used > 1 && !leaf({used - 1})) --used;
  const auto width = std::bit_ceil(used);
  if (width == width_) return;
  set_width(width);
  // The last chunk may reach beyond the new width: what lies there must be gone if the tree grows.
  for (std::uint32_t at = width; at < chunks_.size() * leaves_per_chunk; ++at)
    change(node_of({at})).slot(node_of({at})) = {};
  change({2 * width - 1}).slot({2 * width - 1}).parent = nullptr;
  change({2 * width - 1}).slot({2 * width - 1}).parent_tree_hash = {};
}

void RatchetTree::set_leaf(LeafIndex index, LeafPointer leaf) { put_leaf(index, std::move(leaf)); }

void RatchetTree::set_parent(NodeIndex node, ParentNode value) {
  put_parent(node, ParentPointer(new SharedParent(std::move(value))));
  index_encryption_key(node);
}

void RatchetTree::blank_direct_path(LeafIndex leaf) {
  for (const auto node : direct_path(leaf))
    if (parent_node(node)) change(node).slot(node).parent = nullptr;
  invalidate_above(leaf);
}

// -- resolutions: recursion is as deep as the tree, which limits::mls_leaves_max bounds

void RatchetTree::append_resolution(NodeIndex node, std::span<const LeafIndex> excluded,
                                    std::vector<NodeIndex>& out) const {
  const auto include = [&](LeafIndex leaf) {
    if (!std::binary_search(excluded.begin(), excluded.end(), leaf)) out.push_back(node_of(leaf));
  };
  if (is_leaf(node)) {
    if (!is_blank(node)) include(leaf_of(node));
  } else if (const auto* inner = parent_node(node)) {
    out.push_back(node);
    for (auto leaf : inner->unmerged_leaves) include({leaf});
  } else {
    append_resolution(left(node), excluded, out);
    append_resolution(right(node), excluded, out);
  }
}

std::vector<NodeIndex> RatchetTree::resolution(NodeIndex node,
                                               std::span<const LeafIndex> excluded) const {
  std::vector<NodeIndex> out;
  append_resolution(node, excluded, out);
  return out;
}

bool RatchetTree::is_resolution_empty(NodeIndex node) const {
  if (!is_blank(node)) return false;
  if (is_leaf(node)) return true;
  return is_resolution_empty(left(node)) && is_resolution_empty(right(node));
}

std::vector<NodeIndex> RatchetTree::filtered_direct_path(LeafIndex leaf) const {
  std::vector<NodeIndex> path;
  for (auto below = node_of(leaf); below != root(); below = parent(below))
    if (!is_resolution_empty(sibling(below))) path.push_back(parent(below));
  return path;
}

// -- keys

std::optional<KeyIndex::Key> RatchetTree::indexed_encryption_key(NodeIndex node) const {
  if (node.value >= node_count(width_) || is_blank(node)) return std::nullopt;
  return encryption_key(node).bytes;
}

std::optional<KeyIndex::Key> RatchetTree::indexed_signature_key(NodeIndex node) const {
  const auto* found = leaf(leaf_of(node));
  if (!found) return std::nullopt;
  return found->signature_key().bytes;
}

void RatchetTree::index_encryption_key(NodeIndex node) {
  encryption_keys_.add({encryption_key(node).bytes, node},
                       [this](NodeIndex at) { return indexed_encryption_key(at); });
}

void RatchetTree::index_leaf(LeafIndex index) {
  index_encryption_key(node_of(index));
  signature_keys_.add({leaf(index)->signature_key().bytes, node_of(index)},
                      [this](NodeIndex at) { return indexed_signature_key(at); });
}

void RatchetTree::build_indices() {
  std::vector<KeyIndex::KeyAt> encryption, signature;
  for (NodeIndex node{0}; node.value < node_count(width_); ++node.value) {
    if (is_blank(node)) continue;
    encryption.push_back({encryption_key(node).bytes, node});
    if (is_leaf(node)) signature.push_back({leaf(leaf_of(node))->signature_key().bytes, node});
  }
  encryption_keys_ = KeyIndex(encryption);
  signature_keys_ = KeyIndex(signature);
}

std::size_t RatchetTree::count_encryption_key(const crypto::DhPublicKey& key) const {
  return encryption_keys_.count(key.bytes,
                                [this](NodeIndex at) { return indexed_encryption_key(at); });
}

std::size_t RatchetTree::count_signature_key(const crypto::VerifyKey& key, LeafIndex* found) const {
  NodeIndex node;
  const auto live = signature_keys_.count(
      key.bytes, [this](NodeIndex at) { return indexed_signature_key(at); }, &node);
  if (live && found) *found = leaf_of(node);
  return live;
}

}  // namespace tern::mls
