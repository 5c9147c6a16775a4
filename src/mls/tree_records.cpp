#include "mls/tree_records.hpp"

namespace tern::mls {
namespace {

constexpr std::uint8_t tree_record_version = 2;

Bytes block_key(const TreeBlock& block) {
  Writer writer;
  writer.number(tree_record_kind).number(block.name().value);
  return std::move(writer).take();
}

bool is_unchanged(const TreeBlock& block, const RatchetTree& tree, const RatchetTree* before) {
  if (!before || block.top().value >= node_count(before->width())) return false;
  // The topmost block may be there in a tree of another width, with more or less of it.
  if (block.top() != block.name() && before->width() != tree.width()) return false;
  // Equal hashes: equal nodes, all the way down.
  return before->tree_hash(block.top()) == tree.tree_hash(block.top());
}

void append_block(const TreeBlock& block, const RatchetTree& tree, const RatchetTree* before,
                  RecordChanges& out) {
  if (is_unchanged(block, tree, before)) return;
  const auto encoded = encode_block(tree, block);
  BasicWriter<crypto::SecretBytes> writer;
  writer.reserve(1 + encoded.size());
  writer.number(tree_record_version).raw(encoded);
  out.changes.push_back({block_key(block), std::move(writer).take()});
  if (block.is_over_leaves()) return;
  for (std::uint32_t at = 0; at < block.node_count(); at += 2)
    append_block(block.below(at), tree, before, out);
}

}  // namespace

void append_tree_records(const RatchetTree& tree, const RatchetTree* before, RecordChanges& out) {
  append_block(TreeBlock::topmost(tree.width()), tree, before, out);
  if (!before) return;
  for (const auto& gone : TreeBlock::all(before->width(), tree.width()))
    out.changes.push_back({block_key(gone), std::nullopt});
}

Result<TreeBlockContent> read_block(const RecordSource& source, const TreeBlock& block) {
  TERN_ASSIGN(const auto record, source.get(block_key(block)));
  if (!record || record->empty() || record->span()[0] != tree_record_version)
    return Errc::mls_state_malformed;
  auto content = decode_block(block, record->span().subspan(1));
  if (!content) return Errc::mls_state_malformed;
  return content;
}

Result<RatchetTree> read_tree(const RecordSource& source, std::uint32_t width,
                              const Digest& tree_hash) {
  std::vector<RatchetTree::Node> nodes(node_count(width));
  std::vector<std::pair<NodeIndex, Digest>> hashes{{root_of(width), tree_hash}};
  for (const auto& block : TreeBlock::all(width)) {
    TERN_ASSIGN(auto content, read_block(source, block));
    for (std::uint32_t at = 0; at < block.node_count(); ++at) {
      auto& item = content.items[at];
      if (at % 2 == 0 && !block.is_over_leaves()) {
        hashes.emplace_back(block.node(at), item.hash);
      } else {
        nodes[block.node(at).value] = std::move(item.node);
      }
    }
  }
  auto tree = RatchetTree::from_nodes(width, std::move(nodes));
  for (const auto& [node, hash] : hashes)
    if (tree.tree_hash(node) != hash) return Errc::mls_state_malformed;
  return tree;
}

}  // namespace tern::mls
