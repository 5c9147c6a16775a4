// tree-math, tree-operations, tree-validation: the ratchet tree without its secrets.
#include <catch2/catch.hpp>

#include "mls/parent_hash.hpp"
#include "mls/proposal.hpp"
#include "mls/tree_math.hpp"
#include "mls/tree_validation.hpp"
#include "mls_vectors.hpp"
#include "tree_step.hpp"

using namespace tern;
using namespace tern::mls;
using test::hex;
using test::hex_as;

TEST_CASE("the published vectors of tree math hold") {
  const auto vectors = test::load_mls_vectors("tree-math.json");
  if (!vectors) return;
  for (const auto& vector : *vectors) {
    const auto width = vector["n_leaves"].get<std::uint32_t>();
    const auto root = root_of(width);
    CHECK(node_count(width) == vector["n_nodes"].get<std::uint32_t>());
    CHECK(root.value == vector["root"].get<std::uint32_t>());
    const auto check = [&](const char* name, NodeIndex node, bool exists, auto relation) {
      const auto& expected = vector[name][node.value];
      REQUIRE(expected.is_null() == !exists);
      if (exists) CHECK(relation(node).value == expected.template get<std::uint32_t>());
    };
    for (NodeIndex node{0}; node.value < node_count(width); ++node.value) {
      check("left", node, !is_leaf(node), [](auto x) { return left(x); });
      check("right", node, !is_leaf(node), [](auto x) { return right(x); });
      check("parent", node, node != root, [](auto x) { return parent(x); });
      check("sibling", node, node != root, [](auto x) { return sibling(x); });
    }
  }
}

TEST_CASE("the published vectors of tree operations hold") {
  const auto vectors = test::load_mls_vectors("tree-operations.json", 1);
  if (!vectors) return;
  for (const auto& vector : *vectors) {
    auto tree = RatchetTree::decode(hex(vector["tree_before"])).value();
    CHECK(tree.tree_hash() == hex_as<Digest>(vector["tree_hash_before"]));
    const auto untouched = tree;
    const auto proposal = decode<Proposal>(hex(vector["proposal"])).value();
    test::apply(tree, proposal, {vector["proposal_sender"].get<std::uint32_t>()});
    CHECK(tree.encode() == hex(vector["tree_after"]));
    CHECK(tree.tree_hash() == hex_as<Digest>(vector["tree_hash_after"]));
    CHECK(untouched.encode() == hex(vector["tree_before"]));
  }
}

TEST_CASE("the published trees are valid, with their hashes and resolutions") {
  const auto vectors = test::load_mls_vectors("tree-validation.json");
  if (!vectors) return;
  for (const auto& vector : *vectors) {
    const auto tree = RatchetTree::decode(hex(vector["tree"])).value();
    for (NodeIndex node{0}; node.value < node_count(tree.width()); ++node.value) {
      CHECK(tree.tree_hash(node) == hex_as<Digest>(vector["tree_hashes"][node.value]));
      std::vector<std::uint32_t> resolution;
      for (const auto in : tree.resolution(node)) resolution.push_back(in.value);
      CHECK(resolution == vector["resolutions"][node.value].get<std::vector<std::uint32_t>>());
    }
    const auto valid = validate_tree(tree, tree.tree_hash());
    INFO((valid ? "" : valid.error().message()));
    CHECK(valid.has_value());
    const auto group_id = hex(vector["group_id"]);
    for (const auto index : tree.leaves()) {
      const auto& leaf = *tree.leaf(index);
      CHECK(verify_leaf(leaf.decoded(), leaf.encoded(), {group_id, index}));
    }
  }
}
