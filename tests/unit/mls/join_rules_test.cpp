// RFC 9420 §12.4.3.1: each rule of joining, broken alone.
#include "hostile.hpp"
#include "mls/parent_hash.hpp"
#include "mls/tree_validation.hpp"
#include "tern/limits.hpp"

using namespace tern;
using namespace tern::test;
using namespace tern::mls;

namespace {

// Four members with a full tree, and a guest who is about to be the fifth.
struct JoinWorld {
  explicit JoinWorld(std::uint64_t seed)
      : entropy(seed), people(group_of(4, entropy)), guest("guest", entropy) {
    for (const auto& person : people) deliver(person->commit({}).value(), *person, people);
    mine.emplace(forge_key_package(guest));
    invitation.emplace(invite(*people[0], *mine));
  }
  Person& inviter() { return *people[0]; }
  Errc refused(const WelcomeForgery& forgery) {
    return error_of(join(guest, *mine, forge_welcome(inviter(), *invitation, forgery)));
  }
  // The tree as its creator would like it to be; GroupInfo names its hash.
  Errc refused_tree(const std::function<void(RatchetTree&)>& edit) {
    auto tree = *invitation->epoch.tree;
    edit(tree);
    return error_of(
        join(guest, *mine, forge_welcome_with_tree(inviter(), *invitation, tree.encode())));
  }
  SeededEntropy entropy;
  std::vector<std::unique_ptr<Person>> people;
  Person guest;
  std::optional<PrivateKeyPackage> mine;
  std::optional<Invitation> invitation;
};

}  // namespace

TEST_CASE("a Welcome that breaks no rule is accepted") {
  JoinWorld world(100);
  CHECK(join(world.guest, *world.mine, forge_welcome(world.inviter(), *world.invitation, {})));
  WelcomeForgery unknown;
  unknown.edit_info = [](GroupInfo& info) { info.extensions.push_back({0xF123, {1, 2, 3}}); };
  CHECK(join(world.guest, *world.mine, forge_welcome(world.inviter(), *world.invitation, unknown)));
}

TEST_CASE("a Welcome must be for a KeyPackage that is one's own, in this suite") {
  JoinWorld world(101);
  const auto other = forge_key_package(world.guest);
  const auto welcome = forge_welcome(world.inviter(), *world.invitation, {});
  CHECK(error_of(join(world.guest, other, welcome)) == Errc::mls_key_package_unknown);
  CHECK(welcome_recipients(welcome).value() ==
        std::vector{key_package_ref(world.mine->key_package)});
  CHECK(world.refused({{}, {}, {}, [](Welcome& it) { it.cipher_suite = 1; }}) ==
        Errc::mls_cipher_suite_unsupported);
  CHECK(error_of(join(*world.people[1], *world.mine, welcome)) == Errc::invalid_argument);
}

TEST_CASE("what is encrypted in a Welcome must open") {
  JoinWorld world(102);
  CHECK(world.refused({{}, {}, {}, [](Welcome& it) {
                         it.secrets[0].encrypted_group_secrets.ciphertext[0] ^= 1;
                       }}) == Errc::mls_welcome_invalid);
  CHECK(world.refused({{}, {}, {}, [](Welcome& it) {
                         it.encrypted_group_info = it.encrypted_group_info.subspan(1);
                       }}) == Errc::mls_welcome_invalid);
  CHECK(world.refused({{}, {}, [](GroupSecrets& it) { it.joiner_secret = Secret(); }, {}}) ==
        Errc::mls_welcome_invalid);
}

TEST_CASE("a Welcome that needs a PSK is refused by who does not have it") {
  JoinWorld world(103);
  const auto with = [&](std::size_t nonce_bytes) {
    return world.refused({{},
                          {},
                          [&](GroupSecrets& it) {
                            it.psks.push_back(external_psk("a secret of theirs"));
                            it.psks.back().psk_nonce.resize(nonce_bytes);
                          },
                          {}});
  };
  CHECK(with(32) == Errc::mls_psk_unknown);
  CHECK(depends_on_own_keys(Errc::mls_psk_unknown));
  for (const std::size_t wrong : {0, 31, 33}) CHECK(with(wrong) == Errc::mls_proposal_psk_invalid);
}

TEST_CASE("the GroupInfo must be signed by a member, for this version and suite") {
  JoinWorld world(104);
  CHECK(world.refused({{}, [](GroupInfo& it) { it.signature.bytes[0] ^= 1; }, {}, {}}) ==
        Errc::mls_group_info_signature_invalid);
  CHECK(world.refused({{},
                       [](GroupInfo& it) {
                         it.extensions.push_back({77, {}});
                       },
                       {},
                       {}}) == Errc::mls_group_info_signature_invalid);
  for (const std::uint32_t signer : {1u, 6u, 0xffffffffu})
    CHECK(world.refused({[&](GroupInfo& it) { it.signer = {signer}; }, {}, {}, {}}) ==
          Errc::mls_group_info_signature_invalid);
  CHECK(world.refused({[](GroupInfo& it) { it.group_context.version = 2; }, {}, {}, {}}) ==
        Errc::mls_version_unknown);
  CHECK(world.refused({[](GroupInfo& it) { it.group_context.cipher_suite = 1; }, {}, {}, {}}) ==
        Errc::mls_cipher_suite_unsupported);
}

TEST_CASE("the confirmation tag of the GroupInfo must be the epoch's") {
  JoinWorld world(105);
  CHECK(world.refused({{},
                       [&](GroupInfo& it) {
                         it.confirmation_tag.bytes[0] ^= 1;
                         sign_group_info(it, world.inviter().identity.signing_key);
                       },
                       {},
                       {}}) == Errc::mls_confirmation_tag_invalid);
}

TEST_CASE("a joiner must support every extension of the group") {
  JoinWorld world(106);
  CHECK(world.refused({[](GroupInfo& it) {
                         it.group_context.extensions = {{0xF123, {}}};
                       },
                       {},
                       {},
                       {}}) == Errc::mls_leaf_capabilities_missing);
  CHECK(world.refused({[](GroupInfo& it) {
                         it.group_context.extensions = {{extension_required_capabilities, {9}}};
                       },
                       {},
                       {},
                       {}}) == Errc::mls_extension_invalid);
}

namespace {

// All members say that they support `type`, the joiner as well, and the group has it.
Result<Group> join_group_with(std::uint16_t type) {
  const auto say_so = [&](LeafNode& leaf) { leaf.capabilities.extensions.push_back(type); };
  SeededEntropy entropy(1070);
  Person anna("Anna", entropy), bo("Bo", entropy);
  anna.create();
  const auto mine = forge_key_package(bo, {say_so, {}, {}});
  const auto invitation = invite(anna, mine);
  auto tree = *invitation.epoch.tree;
  auto leaf = tree.leaf({0})->decoded();
  say_so(leaf);
  sign_leaf(leaf, {as_bytes("a group"), {0}}, anna.identity.signing_key);
  tree.set_leaf({0}, Leaf::of(leaf));
  tree.rehash();
  WelcomeForgery forgery;
  forgery.edit_info = [&](GroupInfo& info) { info.group_context.extensions = {{type, {}}}; };
  return join(bo, mine, forge_welcome_with_tree(anna, invitation, tree.encode(), forgery));
}

}  // namespace

TEST_CASE("GREASE in one's own capabilities is no support for it") {
  CHECK(error_of(join_group_with(0x7A7A)) == Errc::mls_leaf_capabilities_missing);
}

TEST_CASE("one who lists an extension joins a group that has it, whatever it means") {
  const auto joined = join_group_with(0xF123);
  INFO((joined ? "" : joined.error().message()));
  CHECK(joined.has_value());
}

TEST_CASE("the tree must be the one that the GroupInfo names") {
  JoinWorld world(108);
  CHECK(world.refused(
            {[](GroupInfo& it) { it.group_context.tree_hash.bytes[0] ^= 1; }, {}, {}, {}}) ==
        Errc::mls_tree_hash_mismatch);
  CHECK(world.refused({[](GroupInfo& it) { it.extensions.clear(); }, {}, {}, {}}) ==
        Errc::mls_welcome_invalid);
}

TEST_CASE("the tree must be well-formed") {
  JoinWorld world(109);
  const auto refused = [&](ByteSpan tree) {
    return error_of(join(world.guest, *world.mine,
                         forge_welcome_with_tree(world.inviter(), *world.invitation, tree)));
  };
  const auto list = [](std::initializer_list<ByteSpan> nodes) {
    Writer writer;
    writer.vector_of([&](Writer& inner) {
      for (const auto node : nodes) inner.raw(node);
    });
    return std::move(writer).take();
  };
  Writer leaf, parent, unsorted;
  leaf.number(std::uint16_t{0x0101}).raw(world.invitation->epoch.tree->leaf({0})->encoded());
  parent.number(std::uint16_t{0x0102});
  write(parent, ParentNode{{}, {}, {}});
  unsorted.number(std::uint16_t{0x0102});
  write(unsorted, ParentNode{{}, {}, {1, 0}});
  const Bytes blank = {0};
  CHECK(refused(list({})) == Errc::mls_tree_malformed);
  CHECK(refused(list({leaf.span(), blank})) == Errc::mls_tree_malformed);
  CHECK(refused(list({parent.span()})) == Errc::mls_tree_malformed);
  CHECK(refused(list({leaf.span(), leaf.span()})) == Errc::mls_tree_malformed);
  CHECK(refused(list({leaf.span(), unsorted.span(), leaf.span()})) == Errc::mls_tree_malformed);
  CHECK(refused(Bytes{2, 9, 9}) == Errc::mls_malformed);
}

TEST_CASE("a tree that is too large is refused before it is built") {
  Bytes nodes(2 * limits::mls_leaves_max, 0);
  Writer writer;
  writer.vector(nodes);
  CHECK(error_of(RatchetTree::decode(writer.span())) == Errc::mls_tree_too_large);
  RatchetTree tree(Leaf::of(LeafNode{}));
  const auto leaf = Leaf::of(LeafNode{});
  for (std::size_t i = 1; i < limits::mls_leaves_max; ++i) REQUIRE(tree.add(leaf));
  CHECK(error_of(tree.add(leaf)) == Errc::mls_tree_too_large);
}

TEST_CASE("every parent node must come from a member's path") {
  JoinWorld world(110);
  // A key that nobody's leaf vouches for.
  CHECK(world.refused_tree([&](RatchetTree& tree) {
    auto node = *tree.parent_node({5});
    node.encryption_key = crypto::DhKeyPair::generate(world.entropy).public_key;
    tree.set_parent({5}, node);
    tree.rehash();
  }) == Errc::mls_parent_hash_invalid);
  // A leaf that was not there when the path was made.
  CHECK(world.refused_tree([&](RatchetTree& tree) {
    auto leaf = tree.leaf({2})->decoded();
    leaf.encryption_key = crypto::DhKeyPair::generate(world.entropy).public_key;
    sign_leaf(leaf, {as_bytes("a group"), {2}}, world.people[2]->identity.signing_key);
    tree.set_leaf({2}, Leaf::of(leaf));
    tree.rehash();
  }) == Errc::mls_parent_hash_invalid);
}

TEST_CASE("unmerged leaves are leaves below their node, and unmerged all the way up") {
  JoinWorld world(111);
  const auto set_unmerged = [](RatchetTree& tree, NodeIndex node,
                               std::vector<std::uint32_t> unmerged) {
    auto value = *tree.parent_node(node);
    value.unmerged_leaves = std::move(unmerged);
    tree.set_parent(node, value);
    tree.rehash();
  };
  for (const std::uint32_t nobody : {2u, 7u, 0x80000000u, 0xffffffffu})
    CHECK(world.refused_tree([&](RatchetTree& tree) { set_unmerged(tree, {1}, {nobody}); }) ==
          Errc::mls_unmerged_leaves_invalid);
  // Unmerged at the root, but not at the node in between.
  CHECK(world.refused_tree([&](RatchetTree& tree) { set_unmerged(tree, {3}, {2}); }) ==
        Errc::mls_unmerged_leaves_invalid);
}

TEST_CASE("no key is in a tree twice") {
  JoinWorld world(112);
  CHECK(world.refused_tree([&](RatchetTree& tree) {
    auto node = *tree.parent_node({5});
    node.encryption_key = tree.leaf({0})->encryption_key();
    tree.set_parent({5}, node);
    tree.rehash();
  }) == Errc::mls_path_key_not_unique);
  CHECK(world.refused_tree([&](RatchetTree& tree) {
    tree.set_leaf({6}, Leaf::of(tree.leaf({4})->decoded()));
    tree.rehash();
  }) == Errc::mls_leaf_key_not_unique);
  CHECK(world.refused_tree([&](RatchetTree& tree) {
    auto node = *tree.parent_node({5});
    node.encryption_key = {};
    tree.set_parent({5}, node);
    tree.rehash();
  }) == Errc::key_invalid);
}

TEST_CASE("the keys of a tree are such as can be encrypted to, and written in one way") {
  JoinWorld world(118);
  const auto with_key = [&](const crypto::DhPublicKey& key) {
    return world.refused_tree([&](RatchetTree& tree) {
      auto root = *tree.parent_node(tree.root());
      root.encryption_key = key;
      tree.set_parent(tree.root(), root);
      tree.rehash();
    });
  };
  const auto& tree = *world.invitation->epoch.tree;
  auto key = tree.parent_node(tree.root())->encryption_key;
  key.bytes[31] |= 0x80;
  CHECK(with_key(key) == Errc::key_invalid);
  crypto::DhPublicKey low_order;
  low_order.bytes[0] = 1;
  CHECK(with_key(low_order) == Errc::key_invalid);
}

TEST_CASE("every leaf of a joined tree is validated") {
  struct Rule {
    const char* name;
    std::function<void(LeafNode&)> edit;
    Errc expected;
  };
  const std::vector<Rule> rules = {
      {"signature", [](LeafNode& leaf) { leaf.signature.bytes[0] ^= 1; },
       Errc::mls_leaf_signature_invalid},
      {"extension",
       [](LeafNode& leaf) {
         leaf.extensions = {{0xF123, {}}};
       },
       Errc::mls_leaf_extension_unsupported},
      {"credential type", [](LeafNode& leaf) { leaf.capabilities.credentials = {2}; },
       Errc::mls_leaf_credential_unsupported},
      {"lifetime", [](LeafNode& leaf) { leaf.lifetime.not_after = UINT64_MAX; },
       Errc::mls_leaf_lifetime_too_long},
      {"suite", [](LeafNode& leaf) { leaf.capabilities.cipher_suites.clear(); },
       Errc::mls_leaf_capabilities_missing},
      {"application", [](LeafNode& leaf) { leaf.credential.identity = {'M'}; },
       Errc::mls_credential_refused},
  };
  SeededEntropy entropy(113);
  Person anna("Anna", entropy), bo("Bo", entropy), carla("Carla", entropy);
  bo.acquaintances.refused = {"M"};
  anna.create();
  const auto mine = forge_key_package(bo);
  const auto invitation = invite(anna, mine);
  for (const auto& rule : rules) {
    INFO(rule.name);
    auto tree = *invitation.epoch.tree;
    auto leaf = forge_key_package(carla).key_package.leaf_node;
    const bool breaks_signature = rule.expected == Errc::mls_leaf_signature_invalid;
    if (!breaks_signature) rule.edit(leaf);
    sign_leaf(leaf, {}, carla.identity.signing_key);
    if (breaks_signature) rule.edit(leaf);
    REQUIRE(tree.add(Leaf::of(leaf)));
    tree.rehash();
    CHECK(error_of(join(bo, mine, forge_welcome_with_tree(anna, invitation, tree.encode()))) ==
          rule.expected);
  }
}

TEST_CASE("one's own leaf must be in the tree, as it was in the KeyPackage") {
  SeededEntropy entropy(114);
  Person anna("Anna", entropy), bo("Bo", entropy);
  anna.create();
  const auto mine = forge_key_package(bo);
  const auto invitation = invite(anna, mine);
  // A tree without parent nodes, as after a commit without a path: they would vouch for the leaf.
  WelcomeForgery without_path;
  without_path.edit_secrets = [](GroupSecrets& secrets) { secrets.path_secret.reset(); };
  const auto join_with = [&](const std::optional<LeafNode>& leaf) {
    auto tree = *epoch_of(anna).tree;
    if (leaf) REQUIRE(tree.add(Leaf::of(*leaf)));
    return join(bo, mine, forge_welcome_with_tree(anna, invitation, tree.encode(), without_path));
  };
  auto leaf = mine.key_package.leaf_node;
  CHECK(join_with(leaf));
  CHECK(error_of(join_with(std::nullopt)) == Errc::mls_leaf_not_found);
  leaf.encryption_key = crypto::DhKeyPair::generate(entropy).public_key;
  sign_leaf(leaf, {}, bo.identity.signing_key);
  CHECK(error_of(join_with(leaf)) == Errc::mls_leaf_not_found);
}

TEST_CASE("the path secret must be the one of the tree's keys, and be there") {
  JoinWorld world(115);
  CHECK(world.refused({{}, {}, [](GroupSecrets& it) { it.path_secret.reset(); }, {}}) ==
        Errc::mls_welcome_invalid);
  CHECK(world.refused({{}, {}, [](GroupSecrets& it) { it.path_secret = Secret(); }, {}}) ==
        Errc::mls_path_key_mismatch);
}

TEST_CASE("lifetimes in a joined tree are held against the clock only if the application wishes") {
  SeededEntropy entropy(116);
  const auto people = group_of(3, entropy);
  Person guest("guest", entropy);
  const auto bundle = guest.key_package({now_s, now_s + 200 * day_s - 110 * day_s});
  auto commit = people[0]->add({bundle.message}).value();
  const auto welcome = welcome_of(commit);
  const auto much_later = now_s + 1000 * day_s;
  guest.acquaintances.judges_lifetimes = true;
  CHECK(error_of(Group::join(welcome, bundle.private_record, guest.identity, guest.acquaintances,
                             much_later)) == Errc::mls_leaf_lifetime_expired);
  guest.acquaintances.judges_lifetimes = false;
  CHECK(
      Group::join(welcome, bundle.private_record, guest.identity, guest.acquaintances, much_later));
}
