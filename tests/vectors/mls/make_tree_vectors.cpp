// tree-operations, tree-validation, treekem: trees with blanks and unmerged leaves, made by hand so
// that the path secrets are known.
#include "mls/group_context.hpp"
#include "mls/key_package_record.hpp"
#include "mls/proposal.hpp"
#include "passive_scenario.hpp"
#include "tree_step.hpp"
#include "vector_output.hpp"

using namespace tern;
using namespace tern::mls;
using namespace tern::test;

namespace {

using json = nlohmann::json;

class GrownTree {
 public:
  GrownTree(std::size_t count, std::uint64_t seed) : entropy_(seed), tree_(first()) {
    tree_.rehash();
    while (members_.size() < count) add();
  }

  LeafIndex add() {
    auto [leaf, member] = new_leaf();
    const auto index = tree_.add(leaf).value();
    members_.insert_or_assign(index.value, std::move(member));
    tree_.rehash();
    return index;
  }
  void remove(LeafIndex leaf) {
    for (const auto node : tree_.direct_path(leaf)) forget(node);
    tree_.remove(leaf);
    tree_.truncate();
    tree_.rehash();
    members_.erase(leaf.value);
  }
  void commit(LeafIndex committer) {
    auto made = path_of(committer, tree_);
    for (const auto node : tree_.direct_path(committer)) forget(node);
    auto& own = members_.at(committer.value);
    own.leaf_key = made.leaf_key.clone();
    for (std::size_t i = 0; i < made.nodes.size(); ++i)
      for (auto& [index, member] : members_)
        if (is_below({index}, made.nodes[i]))
          member.known.insert_or_assign(made.nodes[i].value, made.derived.path_secrets[i].clone());
  }

  json validation();
  json treekem();
  json operation(const Proposal& proposal, LeafIndex sender);
  Proposal add_proposal() {
    Person person("somebody new", entropy_);
    return Add{key_package_in(person.key_package().message)};
  }
  Proposal update_proposal(LeafIndex sender) {
    auto leaf = tree_.leaf(sender)->decoded();
    leaf.source = LeafNodeSource::update;
    leaf.encryption_key = crypto::DhKeyPair::generate(entropy_).public_key;
    sign_leaf(leaf, {group_id_, sender}, members_.at(sender.value).identity.signing_key);
    return Update{leaf};
  }

 private:
  struct Member {
    Identity identity;
    crypto::DhKeyPair leaf_key;
    std::map<std::uint32_t, Secret> known;  // by node
  };

  std::pair<LeafPointer, Member> new_leaf() {
    Member member{make_identity("member " + std::to_string(members_.size()), entropy_),
                  crypto::DhKeyPair::generate(entropy_),
                  {}};
    const auto leaf = make_leaf(member.identity, lifetime, member.leaf_key.public_key, entropy_);
    return {Leaf::of(leaf), std::move(member)};
  }
  RatchetTree first() {
    auto [leaf, member] = new_leaf();
    members_.emplace(0, std::move(member));
    return RatchetTree(leaf);
  }
  void forget(NodeIndex node) {
    for (auto& [index, member] : members_) member.known.erase(node.value);
  }
  NewPath path_of(LeafIndex sender, RatchetTree& tree) {
    auto path = create_path(tree, sender, tree.leaf(sender)->decoded(), group_id_,
                            members_.at(sender.value).identity.signing_key, entropy_);
    tree.rehash();
    return path;
  }
  json leaf_private(std::uint32_t index) const;
  json update_path(LeafIndex sender);

  SeededEntropy entropy_;
  Bytes group_id_ = {1, 2, 3, 4};
  Bytes confirmed_ = Bytes(32, 5);
  std::map<std::uint32_t, Member> members_;
  RatchetTree tree_;
};

json GrownTree::validation() {
  json out = {{"cipher_suite", cipher_suite_3},
              {"tree", to_hex(tree_.encode())},
              {"group_id", to_hex(group_id_)}};
  for (NodeIndex node{0}; node.value < node_count(tree_.width()); ++node.value) {
    out["tree_hashes"].push_back(to_hex(tree_.tree_hash(node)));
    json resolution = json::array();
    for (const auto in : tree_.resolution(node)) resolution.push_back(in.value);
    out["resolutions"].push_back(std::move(resolution));
  }
  return out;
}

json GrownTree::leaf_private(std::uint32_t index) const {
  const auto& member = members_.at(index);
  json out = {{"index", index},
              {"encryption_priv", to_hex(member.leaf_key.private_key.span())},
              {"signature_priv", to_hex(member.identity.signing_key.seed().span())},
              {"path_secrets", json::array()}};
  for (const auto& [node, secret] : member.known)
    out["path_secrets"].push_back({{"node", node}, {"path_secret", to_hex(secret.span())}});
  return out;
}

json GrownTree::update_path(LeafIndex sender) {
  auto tree = tree_;
  auto made = path_of(sender, tree);
  GroupContext context;
  context.group_id = group_id_;
  context.epoch = 6;
  context.tree_hash = tree.tree_hash();
  context.confirmed_transcript_hash = confirmed_;
  REQUIRE(encrypt_path(made, tree, sender, {}, encode(context), entropy_).has_value());
  json secrets = json::array();
  for (std::uint32_t leaf = 0; leaf < tree.width(); ++leaf) {
    json secret;
    if (leaf != sender.value && tree.leaf({leaf}))
      for (std::size_t i = 0; i < made.nodes.size(); ++i)
        if (made.nodes[i] == common_ancestor(sender, {leaf}))
          secret = to_hex(made.derived.path_secrets[i].span());
    secrets.push_back(std::move(secret));
  }
  return {{"sender", sender.value},
          {"update_path", to_hex(encode(made.path))},
          {"path_secrets", secrets},
          {"commit_secret", to_hex(made.derived.commit_secret.span())},
          {"tree_hash_after", to_hex(tree.tree_hash())}};
}

json GrownTree::treekem() {
  json out = {{"cipher_suite", cipher_suite_3},
              {"group_id", to_hex(group_id_)},
              {"epoch", 6},
              {"confirmed_transcript_hash", to_hex(confirmed_)},
              {"ratchet_tree", to_hex(tree_.encode())}};
  for (const auto& [index, member] : members_) {
    out["leaves_private"].push_back(leaf_private(index));
    out["update_paths"].push_back(update_path({index}));
  }
  return out;
}

json GrownTree::operation(const Proposal& proposal, LeafIndex sender) {
  json out = {{"cipher_suite", cipher_suite_3},
              {"tree_before", to_hex(tree_.encode())},
              {"tree_hash_before", to_hex(tree_.tree_hash())},
              {"proposal", to_hex(encode(proposal))},
              {"proposal_sender", sender.value}};
  auto tree = tree_;
  test::apply(tree, proposal, sender);
  out["tree_after"] = to_hex(tree.encode());
  out["tree_hash_after"] = to_hex(tree.tree_hash());
  return out;
}

// Blanks inside, and a leaf that nobody has merged yet.
GrownTree patched_tree() {
  GrownTree tree(6, 32);
  for (const std::uint32_t leaf : {0u, 3u, 5u}) tree.commit({leaf});
  tree.remove({2});
  tree.commit({4});
  tree.add();
  return tree;
}

}  // namespace

TEST_CASE("vectors of trees are made") {
  GrownTree pair(2, 30), three(3, 31);
  pair.commit({1});
  three.commit({0});
  three.commit({2});
  auto patched = patched_tree();
  write_vectors("mls/tree-validation.json",
                {pair.validation(), three.validation(), patched.validation()});
  write_vectors("mls/treekem.json", {pair.treekem(), three.treekem(), patched.treekem()});
  auto full = GrownTree(4, 33);
  full.commit({2});
  write_vectors(
      "mls/tree-operations.json",
      {full.operation(full.add_proposal(), {1}), three.operation(Remove{{2}}, {0}),
       full.operation(Remove{{0}}, {3}), patched.operation(patched.update_proposal({3}), {3}),
       patched.operation(patched.add_proposal(), {0})});
}
