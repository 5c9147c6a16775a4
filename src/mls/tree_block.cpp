#include "mls/tree_block.hpp"

#include "mls/tree_hash.hpp"

namespace tern::mls {
namespace {

// How many blocks have their lowest nodes at level `bottom`.
std::uint32_t count_at(unsigned bottom, std::uint32_t width) {
  const auto across = std::uint64_t{1} << (bottom + TreeBlock::levels);  // leaves under a block
  if (bottom > 0 && width <= 1u << bottom) return 0;
  return static_cast<std::uint32_t>((width + across - 1) / across);
}

NodeIndex top_of(unsigned bottom, std::uint32_t index, std::uint32_t width) {
  const auto height = bottom + TreeBlock::levels;
  if (height >= level(root_of(width))) return root_of(width);
  return {(index << (height + 1)) | ((1u << height) - 1)};
}

}  // namespace

TreeBlock TreeBlock::topmost(std::uint32_t width) {
  unsigned bottom = 0;
  while (width > 1u << (bottom + levels)) bottom += levels;
  return {root_of(width), bottom};
}

std::vector<TreeBlock> TreeBlock::all(std::uint32_t width, std::uint32_t narrower) {
  std::vector<TreeBlock> out;
  for (unsigned bottom = 0; count_at(bottom, width) > 0; bottom += levels)
    for (auto i = narrower ? count_at(bottom, narrower) : 0; i < count_at(bottom, width); ++i)
      out.push_back({top_of(bottom, i, width), bottom});
  return out;
}

NodeIndex TreeBlock::name() const {
  const auto height = bottom_ + levels;
  return {(top_.value >> (height + 1) << (height + 1)) | ((1u << height) - 1)};
}

NodeIndex TreeBlock::node(std::uint32_t position) const {
  // Nodes at level k or above are 2^k apart, and the first of them is node 2^k - 1.
  const auto first = node_of(first_leaf(top_)).value + (1u << bottom_) - 1;
  return {first + (position << bottom_)};
}

std::uint32_t TreeBlock::position_of(LeafIndex leaf) const {
  return 2 * ((leaf.value - first_leaf(top_).value) >> bottom_);
}

Bytes encode_block(const RatchetTree& tree, const TreeBlock& block) {
  Writer writer;
  for (std::uint32_t at = 0; at < block.node_count(); ++at) {
    const auto node = block.node(at);
    if (at % 2 == 0 && !block.is_over_leaves()) {
      writer.raw(tree.tree_hash(node));
      continue;
    }
    writer.number(static_cast<std::uint8_t>(!tree.is_blank(node)));
    if (tree.is_blank(node)) continue;
    if (is_leaf(node)) {
      writer.raw(tree.leaf(leaf_of(node))->encoded());
    } else {
      write(writer, *tree.parent_node(node));
    }
  }
  return std::move(writer).take();
}

namespace {

Result<TreeBlockContent::Item> read_item(Reader& reader, bool is_even, bool is_over_leaves) {
  TreeBlockContent::Item item;
  if (is_even && !is_over_leaves) {
    TERN_ASSIGN(item.hash, reader.fixed<Digest>());
    return item;
  }
  TERN_ASSIGN(const bool is_present, read_presence(reader));
  if (!is_present) return item;
  if (is_even) {
    TERN_ASSIGN(item.node.leaf, read_leaf(reader));
  } else {
    TERN_ASSIGN(auto parent, read<ParentNode>(reader));
    item.node.parent = ParentPointer(new SharedParent(std::move(parent)));
  }
  return item;
}

}  // namespace

Result<TreeBlockContent> decode_block(const TreeBlock& block, ByteSpan bytes) {
  Reader reader(bytes);
  TreeBlockContent out;
  out.items.reserve(block.node_count());
  for (std::uint32_t at = 0; at < block.node_count(); ++at) {
    TERN_ASSIGN(auto item, read_item(reader, at % 2 == 0, block.is_over_leaves()));
    out.items.push_back(std::move(item));
  }
  TERN_TRY(reader.finish());
  return out;
}

Digest block_hash(const TreeBlock& block, const TreeBlockContent& content) {
  std::vector<Digest> hashes;  // of every second position at first, then of every fourth …
  for (std::uint32_t at = 0; at < block.node_count(); at += 2) {
    const auto& item = content.items[at];
    hashes.push_back(block.is_over_leaves()
                         ? hash_leaf(leaf_of(block.node(at)), item.node.leaf.get())
                         : item.hash);
  }
  for (std::uint32_t apart = 2; hashes.size() > 1; apart *= 2) {
    for (std::size_t i = 0; i < hashes.size() / 2; ++i) {
      const auto& parent = content.items[i * 2 * apart + apart - 1].node.parent;
      hashes[i] = hash_parent(parent.get(), hashes[2 * i], hashes[2 * i + 1]);
    }
    hashes.resize(hashes.size() / 2);
  }
  return hashes.front();
}

}  // namespace tern::mls
