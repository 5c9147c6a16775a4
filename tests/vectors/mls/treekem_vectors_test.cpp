// treekem: update paths, made and followed by each member.
#include <catch2/catch.hpp>

#include "crypto/sodium_entropy.hpp"
#include "mls/group_context.hpp"
#include "mls/treekem.hpp"
#include "mls_vectors.hpp"

using namespace tern;
using namespace tern::mls;
using test::hex;
using test::hex_as;

namespace {

struct Private {
  PrivateKeys keys;
  crypto::SigningKey signing_key;
};

class TreeKem {
 public:
  explicit TreeKem(const nlohmann::json& vector)
      : vector_(vector), before_(RatchetTree::decode(hex(vector["ratchet_tree"])).value()) {
    for (const auto& leaf : vector["leaves_private"]) add_private(leaf);
  }

  void check() {
    for (const auto& update : vector_["update_paths"]) {
      check_received(update);
      check_own({update["sender"].get<std::uint32_t>()});
    }
  }

 private:
  void add_private(const nlohmann::json& leaf) {
    Private member{{},
                   crypto::SigningKey::from_seed(ByteSpan(hex(leaf["signature_priv"])).first(32))};
    const LeafIndex index{leaf["index"].get<std::uint32_t>()};
    member.keys.leaf =
        crypto::DhKeyPair::from_private(hex_as<crypto::DhPrivateKey>(leaf["encryption_priv"]));
    CHECK(before_.leaf(index)->encryption_key() == member.keys.leaf.public_key);
    CHECK(before_.leaf(index)->signature_key() == member.signing_key.verify_key());
    for (const auto& known : leaf["path_secrets"]) {
      const NodeIndex node{known["node"].get<std::uint32_t>()};
      auto derived = derive_path(hex_as<Secret>(known["path_secret"]), std::array{node});
      REQUIRE(before_.parent_node(node) != nullptr);
      CHECK(before_.parent_node(node)->encryption_key == derived.keys[0].key.public_key);
      member.keys.path.push_back(std::move(derived.keys[0]));
    }
    members_.emplace(index.value, std::move(member));
  }

  Bytes context(const RatchetTree& tree) const {
    GroupContext out;
    out.cipher_suite = vector_["cipher_suite"].get<std::uint16_t>();
    out.group_id = hex(vector_["group_id"]);
    out.epoch = vector_["epoch"].get<std::uint64_t>();
    out.tree_hash = tree.tree_hash();
    out.confirmed_transcript_hash = hex(vector_["confirmed_transcript_hash"]);
    return encode(out);
  }

  void check_received(const nlohmann::json& update) {
    const LeafIndex sender{update["sender"].get<std::uint32_t>()};
    const auto path = decode<UpdatePath>(hex(update["update_path"])).value();
    auto tree = before_;
    const auto nodes = merge_path(tree, sender, path, {}).value();
    CHECK(tree.tree_hash() == hex_as<Digest>(update["tree_hash_after"]));
    for (const auto& [index, member] : members_) {
      if (index == sender.value) continue;
      auto keys = member.keys.clone();
      const auto commit_secret =
          decrypt_path({tree, path, nodes, sender, {}}, {index}, keys, context(tree)).value();
      CHECK(to_bytes(commit_secret.span()) == hex(update["commit_secret"]));
      // The path secret is the one that derives the key of the lowest common node.
      const auto common = common_ancestor(sender, {index});
      const auto secret = hex_as<Secret>(update["path_secrets"][index]);
      const auto derived = derive_path(secret.clone(), std::array{common});
      CHECK(keys.find(common, {index})->public_key == derived.keys[0].key.public_key);
    }
  }

  void check_own(LeafIndex sender) {
    crypto::SystemEntropy entropy;
    auto tree = before_;
    const auto& maker = members_.at(sender.value);
    const auto group_id = hex(vector_["group_id"]);
    auto made = create_path(tree, sender, tree.leaf(sender)->decoded(), group_id, maker.signing_key,
                            entropy);
    REQUIRE(encrypt_path(made, tree, sender, {}, context(tree), entropy).has_value());
    auto received = before_;
    const auto nodes = merge_path(received, sender, made.path, {}).value();
    CHECK(received.tree_hash() == tree.tree_hash());
    for (const auto& [index, member] : members_) {
      if (index == sender.value) continue;
      auto keys = member.keys.clone();
      const auto secret =
          decrypt_path({received, made.path, nodes, sender, {}}, {index}, keys, context(received))
              .value();
      CHECK(crypto::ct_equal(secret.span(), made.derived.commit_secret.span()));
    }
  }

  const nlohmann::json& vector_;
  RatchetTree before_;
  std::map<std::uint32_t, Private> members_;
};

}  // namespace

TEST_CASE("the published update paths are followed, and one's own are by the others") {
  const auto vectors = test::load_mls_vectors("treekem.json");
  if (!vectors) return;
  for (const auto& vector : *vectors) TreeKem(vector).check();
}
