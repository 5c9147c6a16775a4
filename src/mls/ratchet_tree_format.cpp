// The ratchet tree as bytes: the ratchet_tree extension (RFC 9420 §12.4.3.3).
#include "mls/ratchet_tree_chunk.hpp"
#include "tern/limits.hpp"

namespace tern::mls {
namespace {

constexpr std::size_t nodes_max = 2 * limits::mls_leaves_max - 1;

Result<RatchetTree::Node> read_node(Reader& reader, std::size_t position) {
  RatchetTree::Node node;
  TERN_ASSIGN(const auto type, read_enum<NodeType>(reader));
  // "The leaves of the tree are stored in even-numbered entries in the array".
  if (type != (position % 2 == 0 ? NodeType::leaf : NodeType::parent))
    return Errc::mls_tree_malformed;
  if (type == NodeType::leaf) {
    TERN_ASSIGN(node.leaf, read_leaf(reader));
  } else {
    TERN_ASSIGN(auto parent, read<ParentNode>(reader));
    node.parent = ParentPointer(new SharedParent(std::move(parent)));
  }
  return node;
}

}  // namespace

Result<LeafPointer> read_leaf(Reader& reader) {
  const Reader before = reader;
  TERN_TRY(read<LeafNode>(reader));
  return Leaf::from_encoding(consumed(before, reader));
}

Result<RatchetTree> RatchetTree::decode(ByteSpan ratchet_tree, Workers* workers) {
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

  const auto width = std::bit_ceil(static_cast<std::uint32_t>(nodes.size() / 2 + 1));
  if (nodes.size() > node_count(width)) return Errc::mls_tree_malformed;
  return from_nodes(width, std::move(nodes), workers);
}

RatchetTree RatchetTree::from_nodes(std::uint32_t width, std::vector<Node> nodes,
                                    Workers* workers) {
  auto tree = blank(width);
  for (NodeIndex at{0}; at.value < nodes.size(); ++at.value) {
    auto& slot = tree.change(at).slot(at);
    if (is_leaf(at)) {
      slot.leaf = std::move(nodes[at.value].leaf);
    } else {
      slot.parent = std::move(nodes[at.value].parent);
    }
  }
  tree.count_members();
  tree.rehash_chunks(workers);
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

void RatchetTree::count_members() {
  member_count_ = 0;
  credential_types_.clear();
  for (const auto index : leaves()) {
    ++member_count_;
    ++credential_types_[leaf(index)->credential_type()];
  }
}

}  // namespace tern::mls
