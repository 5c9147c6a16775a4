// A ratchet tree that comes beside a Welcome, and the joiner who is to believe it.
#include "mls/tree_block.hpp"
#include "mls/tree_validation.hpp"
#include "mls_people.hpp"
#include "target.hpp"

using namespace tern;

namespace {

void check_blocks(const mls::RatchetTree& tree) {
  for (const auto& block : mls::TreeBlock::all(tree.width())) {
    const auto kept = mls::decode_block(block, mls::encode_block(tree, block));
    expect(kept.has_value(), "a block that is kept can be read");
    expect(block_hash(block, *kept) == tree.tree_hash(block.top()), "and is the same nodes");
  }
}

void check_members(const mls::RatchetTree& tree) {
  const auto leaves = tree.leaves();
  expect(leaves.size() == tree.member_count(), "a member is a leaf that is not blank");
  for (const auto index : leaves) {
    expect(tree.leaf(index) != nullptr, "a member has a leaf");
    expect(tree.filtered_direct_path(index).size() <= tree.direct_path(index).size(),
           "a path is filtered to fewer nodes");
  }
  expect(tree.is_resolution_empty(tree.root()) == tree.resolution(tree.root()).empty(),
         "whether a resolution is empty is known without it");
}

// Anna is at the first leaf, and signs.
Bytes welcome_to(const mls::RatchetTree& tree) {
  auto info =
      mls::decode<mls::GroupInfo>(fuzzing::found_by_cleo(fuzzing::people().welcome)).value();
  std::erase_if(info.extensions,
                [](const auto& one) { return one.type == mls::extension_ratchet_tree; });
  info.group_context.tree_hash = tree.tree_hash();
  return fuzzing::welcome_of_anna(std::move(info));
}

}  // namespace

void fuzz(ByteSpan input) {
  const auto tree = mls::RatchetTree::decode(input);
  if (!tree) return;
  const auto again = tree->encode();
  expect(std::equal(input.begin(), input.end(), again.begin(), again.end()),
         "what is read is written as it was read");
  if (tree->width() > 256) return;  // a run stays short
  check_blocks(*tree);
  check_members(*tree);
  const bool is_valid = validate_tree(*tree, tree->tree_hash()).has_value();

  fuzzing::Everybody everybody;
  const auto& p = fuzzing::people();
  const auto joined = mls::Group::join(welcome_to(*tree), p.cleos.private_record, p.cleo, everybody,
                                       fuzzing::now_s, {.ratchet_tree = input});
  if (!joined) return;
  expect(is_valid, "nobody joins a group whose tree is not valid");
  expect(joined->ratchet_tree().value() == again, "who joins has the tree that came");
}
