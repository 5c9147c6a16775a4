// The ratchet tree as bytes: the ratchet_tree extension (RFC 9420 §12.4.3.3), and the pieces in
// which a member keeps it.
#include "mls/ratchet_tree_chunk.hpp"
#include "tern/limits.hpp"

namespace tern::mls {
namespace {

constexpr std::size_t nodes_max = 2 * limits::mls_leaves_max - 1;

// The encoding of the LeafNode in front of `reader`, which must be well-formed.
Result<LeafPointer> read_leaf(Reader& reader) {
  const Reader before = reader;
  TERN_TRY(read<LeafNode>(reader));
  return std::make_shared<const Leaf>(Leaf::from_encoding(consumed(before, reader)));
}

struct Node {
  LeafPointer leaf;
  std::shared_ptr<ParentNode> parent;
};

Result<Node> read_node(Reader& reader, std::size_t position) {
  Node node;
  TERN_ASSIGN(const auto type, read_enum<NodeType>(reader));
  // "The leaves of the tree are stored in even-numbered entries in the array".
  if (type != (position % 2 == 0 ? NodeType::leaf : NodeType::parent))
    return Errc::mls_tree_malformed;
  if (type == NodeType::leaf) {
    TERN_ASSIGN(node.leaf, read_leaf(reader));
  } else {
    TERN_ASSIGN(auto parent, read<ParentNode>(reader));
    node.parent = std::make_shared<ParentNode>(std::move(parent));
  }
  return node;
}

}  // namespace

Result<RatchetTree> RatchetTree::decode(ByteSpan ratchet_tree) {
  Reader outer(ratchet_tree);
  TERN_ASSIGN(const ByteSpan list, outer.vector());
  TERN_TRY(outer.finish());
  std::vector<Node> nodes;
  for (Reader reader(list); !reader.empty();) {
    if (nodes.size() == nodes_max) return Errc::mls_tree_too_large;
    TERN_ASSIGN(const bool is_present, read_presence(reader));
    Node node;
    if (is_present) {
      TERN_ASSIGN(node, read_node(reader, nodes.size()));
    }
    nodes.push_back(std::move(node));
  }
  // "The receiver MUST check that the last node in ratchet_tree is non-blank".
  if (nodes.empty() || (!nodes.back().leaf && !nodes.back().parent))
    return Errc::mls_tree_malformed;

  auto tree = blank(std::bit_ceil(static_cast<std::uint32_t>(nodes.size() / 2 + 1)));
  if (nodes.size() > node_count(tree.width())) return Errc::mls_tree_malformed;
  for (NodeIndex at{0}; at.value < nodes.size(); ++at.value) {
    auto& slot = tree.change(at).slot(at);
    if (is_leaf(at)) {
      slot.leaf = std::move(nodes[at.value].leaf);
    } else {
      slot.parent = std::move(nodes[at.value].parent);
    }
  }
  tree.count_members();
  tree.rehash();
  tree.build_indices();
  return tree;
}

Bytes RatchetTree::encode() const {
  // "the sender MUST NOT include blank nodes after the last non-blank node".
  auto count = node_count(width_);
  while (count > 0 && is_blank({count - 1})) --count;
  Writer nodes;
  nodes.reserve(member_count_ * 512);
  for (NodeIndex node{0}; node.value < count; ++node.value) {
    nodes.number(static_cast<std::uint8_t>(!is_blank(node)));
    if (is_blank(node)) continue;
    write_enum(nodes, is_leaf(node) ? NodeType::leaf : NodeType::parent);
    if (is_leaf(node)) {
      nodes.raw(leaf(leaf_of(node))->encoded());
    } else {
      write(nodes, *parent_node(node));
    }
  }
  Writer writer;
  writer.reserve(nodes.size() + 4);
  writer.vector(nodes.span());
  return std::move(writer).take();
}

// -- state records

Bytes RatchetTree::encode_chunk(std::uint32_t index) const {
  Writer writer;
  for (const auto& slot : chunks_[index]->slots) {
    writer.number(static_cast<std::uint8_t>(slot.leaf != nullptr));
    if (slot.leaf) writer.raw(slot.leaf->encoded());
    writer.number(static_cast<std::uint8_t>(slot.parent != nullptr));
    if (slot.parent) write(writer, *slot.parent);
    writer.raw(slot.parent_tree_hash);
  }
  return std::move(writer).take();
}

Result<void> RatchetTree::decode_chunk(Chunk& chunk, ByteSpan bytes) {
  Reader reader(bytes);
  for (auto& slot : chunk.slots) {
    TERN_ASSIGN(const bool has_leaf, read_presence(reader));
    if (has_leaf) {
      TERN_ASSIGN(slot.leaf, read_leaf(reader));
    }
    TERN_ASSIGN(const bool has_parent, read_presence(reader));
    if (has_parent) {
      TERN_ASSIGN(auto parent, read<ParentNode>(reader));
      slot.parent = std::make_shared<ParentNode>(std::move(parent));
    }
    TERN_ASSIGN(slot.parent_tree_hash, reader.fixed<Digest>());
  }
  return reader.finish();
}

Result<RatchetTree> RatchetTree::from_chunks(std::uint32_t width,
                                             const std::vector<Bytes>& chunks) {
  if (!std::has_single_bit(width) || width > limits::mls_leaves_max)
    return Errc::mls_state_malformed;
  auto tree = blank(width);
  if (chunks.size() != tree.chunks_.size()) return Errc::mls_state_malformed;
  for (std::size_t i = 0; i < chunks.size(); ++i)
    if (!decode_chunk(*tree.chunks_[i], chunks[i])) return Errc::mls_state_malformed;
  tree.count_members();
  tree.rehash();
  tree.build_indices();
  return tree;
}

void RatchetTree::count_members() {
  member_count_ = 0;
  credential_types_.clear();
  for (const auto index : leaves()) {
    ++member_count_;
    ++credential_types_[leaf(index)->credential_type()];
  }
}

}  // namespace tern::mls
