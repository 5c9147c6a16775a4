#include "mls/ratchet_tree.hpp"
#include "mls_people.hpp"
#include "seed.hpp"

namespace tern::fuzzing {
namespace {

// Somebody is added below a node whose key others have made: an unmerged leaf of it.
Bytes tree_with_unmerged_leaf() {
  Everybody everybody;
  crypto::DeterministicEntropy entropy(25);
  constexpr mls::Lifetime valid{now_s - 1, now_s + 86'400};
  std::vector<mls::Identity> all;
  for (const auto* name : {"anna", "b", "c", "d", "eva", "f", "g", "late"})
    all.push_back({{mls::CredentialType::basic, to_bytes(as_bytes(name))},
                   crypto::SigningKey::generate(entropy)});
  auto annas = mls::Group::create(as_bytes("a group"), all[0], valid, {}, entropy).value();
  mls::CommitRequest request;
  std::vector<mls::KeyPackageBundle> packages;
  for (std::size_t i = 1; i < all.size(); ++i)
    packages.push_back(mls::make_key_package(all[i], valid, {}, entropy));
  for (std::size_t i = 0; i + 1 < packages.size(); ++i) request.add.push_back(packages[i].message);
  const auto first = annas.commit(request, all[0], everybody, now_s, entropy).value();
  const ByteSpan secrets[] = {first.welcomes[3].encrypted_group_secrets};
  auto evas = mls::Group::join(mls::assemble_welcome(secrets, first.welcome_group_info),
                               packages[3].private_record, all[4], everybody, now_s)
                  .value();
  const auto evas_commit = evas.commit({}, all[4], everybody, now_s, entropy).value();
  mls::RecordChanges consumed;
  const auto received =
      first.next->receive(evas_commit.message, everybody, now_s, consumed).value();
  const auto last =
      std::get<mls::CommitReceived>(received)
          .next->commit({.add = {packages[6].message}}, all[0], everybody, now_s, entropy)
          .value();
  return last.next->ratchet_tree().value();
}

// Of eight leaves: the root, and what is below it on the right.
constexpr mls::NodeIndex root{7}, right{11};

template <class Change>
Bytes changed_node(ByteSpan encoded, mls::NodeIndex node, Change change) {
  auto tree = mls::RatchetTree::decode(encoded).value();
  auto value = *tree.parent_node(node);
  change(value);
  tree.set_parent(node, std::move(value));
  return tree.encode();
}

Bytes with_one_leaf_twice(ByteSpan encoded) {
  auto tree = mls::RatchetTree::decode(encoded).value();
  tree.set_leaf({1}, mls::Leaf::of(tree.leaf({0})->decoded()));
  return tree.encode();
}

}  // namespace

std::vector<Seed> tree_seeds() {
  const auto tree = tree_with_unmerged_leaf();
  const auto changed = [&](mls::NodeIndex node, auto change) {
    return changed_node(tree, node, change);
  };
  auto between = changed(right, [](auto& node) { node.unmerged_leaves.clear(); });
  between = changed_node(between, root, [](auto& node) { node.unmerged_leaves = {7}; });
  return {{"ratchet_tree", "unmerged_leaf", tree},
          {"ratchet_tree", "unmerged_but_not_between", between},
          {"ratchet_tree", "unmerged_elsewhere",
           changed(right, [](auto& node) { node.unmerged_leaves = {0}; })},
          {"ratchet_tree", "low_order_key",
           changed(right, [](auto& node) { node.encryption_key = {}; })},
          {"ratchet_tree", "one_leaf_twice", with_one_leaf_twice(tree)}};
}

}  // namespace tern::fuzzing
