// RFC 9420 §7.3 and §10.1: each rule of leaves and KeyPackages, broken alone, wherever a leaf may
// come from: a KeyPackage, an Add, an Update, a commit's path. (A joined tree: join_rules_test.)
#include "hostile.hpp"
#include "tern/limits.hpp"

using namespace tern;
using namespace tern::test;
using namespace tern::mls;

namespace {

const Credential one_certificate = {CredentialType::x509, {2, 0xCE, 0x27}};

using LeafEdit = std::function<void(LeafNode&)>;

struct Rule {
  const char* name;
  LeafEdit edit;
  Errc expected;
};

crypto::DhPublicKey low_order_key() {
  crypto::DhPublicKey key;
  key.bytes[0] = 1;
  return key;
}

// What makes a leaf invalid wherever it is.
const std::vector<Rule>& rules_of_every_leaf() {
  static const std::vector<Rule> rules = {
      {"an extension that its capabilities do not list",
       [](LeafNode& leaf) {
         leaf.extensions = {{0xF123, {}}};
       },
       Errc::mls_leaf_extension_unsupported},
      {"a credential type that its capabilities do not list",
       [](LeafNode& leaf) { leaf.capabilities.credentials = {2}; },
       Errc::mls_leaf_credential_unsupported},
      {"no support for the protocol version",
       [](LeafNode& leaf) { leaf.capabilities.versions = {2}; },
       Errc::mls_leaf_capabilities_missing},
      {"no support for the cipher suite",
       [](LeafNode& leaf) {
         leaf.capabilities.cipher_suites = {1, 2};
       },
       Errc::mls_leaf_capabilities_missing},
      {"no support for an extension of the GroupContext",
       [](LeafNode& leaf) { std::erase(leaf.capabilities.extensions, extension_tern_policy); },
       Errc::mls_leaf_capabilities_missing},
      {"an encryption key of low order",
       [](LeafNode& leaf) { leaf.encryption_key = low_order_key(); }, Errc::key_invalid},
      {"an encryption key that is written in another way than it should be",
       [](LeafNode& leaf) { leaf.encryption_key.bytes[31] |= 0x80; }, Errc::key_invalid},
      {"a credential that some members cannot read",
       [](LeafNode& leaf) {
         leaf.credential = one_certificate;
         leaf.capabilities.credentials = {1, 2};
       },
       Errc::mls_leaf_credential_unsupported},
      {"a credential that the application refuses",
       [](LeafNode& leaf) { leaf.credential.identity = to_bytes(as_bytes("Mallory")); },
       Errc::mls_credential_refused},
  };
  return rules;
}

const Extensions policy = {{extension_tern_policy, {}}};

// Three members whose group has the policy extension, which a leaf must support.
std::vector<std::unique_ptr<Person>> group_with_policy(Entropy& entropy) {
  auto people = group_of(3, entropy);
  CommitRequest request;
  request.group_context_extensions = policy;
  deliver(people[0]->commit(request).value(), *people[0], people);
  for (const auto& person : people) person->acquaintances.refused = {"Mallory"};
  return people;
}

Errc errc_of_add(std::vector<std::unique_ptr<Person>>& people, const KeyPackage& key_package) {
  return error_of(people[1]->receive(
      forge_commit(*people[0], {{Proposal(Add{key_package})}, true, {}, {}, false, {}})));
}

}  // namespace

TEST_CASE("a leaf that comes in an Add must be valid") {
  SeededEntropy entropy(40);
  auto people = group_with_policy(entropy);
  Person guest("guest", entropy);
  for (const auto& rule : rules_of_every_leaf()) {
    INFO(rule.name);
    const auto mine = forge_key_package(guest, {rule.edit, {}, {}});
    CHECK(errc_of_add(people, mine.key_package) == rule.expected);
    // And an honest member does not make such a commit.
    CHECK(error_of(people[1]->add({message_of(mine.key_package)})) == rule.expected);
  }
}

TEST_CASE("a leaf that comes in an Update must be valid") {
  SeededEntropy entropy(41);
  auto people = group_with_policy(entropy);
  for (const auto& rule : rules_of_every_leaf()) {
    INFO(rule.name);
    const Proposal update = Update{forge_update(*people[1], rule.edit)};
    // What only the group can tell is judged with the commit that names the proposal.
    const auto received = people[0]->receive(forge_proposal(*people[1], update));
    if (!received) {
      CHECK(error_of(received) == rule.expected);
      continue;
    }
    const auto& state = people[0]->group().state();
    const ProposalList list = {{&update, people[1]->group().own_leaf(), nullptr}};
    const auto applied =
        apply_proposals(list, people[0]->group().own_leaf(), *state.epoch, std::nullopt);
    if (!applied) {
      CHECK(error_of(applied) == rule.expected);
    } else {
      CHECK(error_of(check_credential_types(applied->tree, applied->updated)) == rule.expected);
    }
  }
}

TEST_CASE("a leaf that comes in a commit's path must be valid") {
  SeededEntropy entropy(42);
  auto people = group_with_policy(entropy);
  for (const auto& rule : rules_of_every_leaf()) {
    if (rule.expected == Errc::key_invalid) continue;  // create_path() chooses the key itself
    INFO(rule.name);
    CommitForgery forgery;
    forgery.edit_leaf = rule.edit;
    CHECK(error_of(people[0]->receive(forge_commit(*people[1], forgery))) == rule.expected);
  }
  CommitForgery forgery;
  forgery.edit_path = [](UpdatePath& path) { path.leaf_node.encryption_key = low_order_key(); };
  forgery.resign = true;
  CHECK(error_of(people[0]->receive(forge_commit(*people[1], forgery))) == Errc::key_invalid);
}

TEST_CASE("a leaf must come from the right source") {
  SeededEntropy entropy(43);
  auto people = group_of(3, entropy);
  Person guest("guest", entropy);
  const auto mine = forge_key_package(
      guest, {[](LeafNode& leaf) { leaf.source = LeafNodeSource::update; }, {}, {}});
  CHECK(errc_of_add(people, mine.key_package) == Errc::mls_leaf_source_invalid);

  const Proposal update = Update{forge_update(*people[1], [](LeafNode& leaf) {
    leaf.source = LeafNodeSource::key_package;
    leaf.lifetime = lifetime;
  })};
  CHECK(error_of(people[0]->receive(forge_proposal(*people[1], update))) ==
        Errc::mls_leaf_source_invalid);

  CommitForgery forgery;
  forgery.edit_path = [](UpdatePath& path) { path.leaf_node.source = LeafNodeSource::update; };
  forgery.resign = true;
  CHECK(error_of(people[0]->receive(forge_commit(*people[1], forgery))) ==
        Errc::mls_leaf_source_invalid);
}

TEST_CASE("a leaf must be signed, for its place in this group") {
  SeededEntropy entropy(44);
  auto people = group_of(3, entropy);
  Person guest("guest", entropy);
  const auto flip = [](LeafNode& leaf) { leaf.signature.bytes[7] ^= 1; };
  const auto mine = forge_key_package(
      guest, {{}, [&](KeyPackage& key_package) { flip(key_package.leaf_node); }, {}});
  CHECK(errc_of_add(people, mine.key_package) == Errc::mls_leaf_signature_invalid);

  const auto check_update = [&](std::string_view group_id, LeafIndex index) {
    auto leaf = forge_update(*people[1]);
    sign_leaf(leaf, {as_bytes(group_id), index}, people[1]->identity.signing_key);
    return people[0]->receive(forge_proposal(*people[1], Update{leaf}));
  };
  CHECK(check_update("a group", {1}).has_value());
  CHECK(error_of(check_update("a group", {2})) == Errc::mls_leaf_signature_invalid);
  CHECK(error_of(check_update("b group", {1})) == Errc::mls_leaf_signature_invalid);

  CommitForgery forgery;
  forgery.edit_path = [&](UpdatePath& path) { flip(path.leaf_node); };
  CHECK(error_of(people[0]->receive(forge_commit(*people[1], forgery))) ==
        Errc::mls_leaf_signature_invalid);
}

TEST_CASE("a leaf that replaces another must have a new encryption key") {
  SeededEntropy entropy(45);
  auto people = group_of(3, entropy);
  const auto old_key = own_leaf_of(*people[1]).encryption_key;
  const Proposal update =
      Update{forge_update(*people[1], [&](LeafNode& leaf) { leaf.encryption_key = old_key; })};
  CHECK(error_of(people[0]->receive(forge_proposal(*people[1], update))) ==
        Errc::mls_leaf_encryption_key_not_new);
  CommitForgery forgery;
  forgery.edit_path = [&](UpdatePath& path) { path.leaf_node.encryption_key = old_key; };
  forgery.resign = true;
  CHECK(error_of(people[0]->receive(forge_commit(*people[1], forgery))) ==
        Errc::mls_leaf_encryption_key_not_new);
}

TEST_CASE("keys are unique among the members of a group") {
  SeededEntropy entropy(46);
  auto people = group_of(3, entropy);
  Person guest("guest", entropy);
  const auto taken = own_leaf_of(*people[2]).encryption_key;
  const auto mine =
      forge_key_package(guest, {[&](LeafNode& leaf) { leaf.encryption_key = taken; }, {}, {}});
  CHECK(errc_of_add(people, mine.key_package) == Errc::mls_leaf_key_not_unique);

  const Proposal update =
      Update{forge_update(*people[1], [&](LeafNode& leaf) { leaf.encryption_key = taken; })};
  send_proposal(*people[1], update, people);
  // Nobody commits it, and nobody accepts a commit of it.
  CHECK(people[0]->commit({}).value().message.size() > 0);
  const auto ref = people[0]->group().state().pending.all()[0]->ref;
  CHECK(error_of(people[2]->receive(forge_commit(*people[0], {{ref}, true, {}, {}, false, {}}))) ==
        Errc::mls_leaf_key_not_unique);

  CommitForgery forgery;
  forgery.edit_leaf = [&](LeafNode& leaf) {
    leaf.signature_key = own_leaf_of(*people[2]).signature_key;
  };
  forgery.edit_path = [&](UpdatePath& path) {
    sign_leaf(path.leaf_node, {people[1]->group().group_id(), {1}},
              people[2]->identity.signing_key);
  };
  CHECK(error_of(people[0]->receive(forge_commit(*people[1], forgery))) ==
        Errc::mls_leaf_key_not_unique);
}

TEST_CASE("credentials are held against the leaf that the committer has after its commit") {
  SeededEntropy entropy(52);
  auto people = group_of(2, entropy);
  // Whoever adds the first member with such a credential may say in the same commit that it can
  // read one: all that is judged is the tree that comes of it.
  const auto reads_x509 = [](LeafNode& leaf) { leaf.capabilities.credentials = {1, 2}; };
  CommitForgery own;
  own.edit_leaf = reads_x509;
  const auto joined = people[0]->receive(forge_commit(*people[1], own));
  REQUIRE(joined.has_value());
  Person guest("guest", entropy);
  const auto mine = forge_key_package(guest, {[](LeafNode& leaf) {
                                                leaf.credential = one_certificate;
                                                leaf.capabilities.credentials = {1, 2};
                                              },
                                              {},
                                              {}});
  const Proposal add = Add{mine.key_package};
  const auto& epoch = epoch_of(*people[0]);
  auto applied =
      apply_proposals({{&add, LeafIndex{0}, nullptr}}, LeafIndex{0}, epoch, std::nullopt).value();
  CHECK(error_of(check_credential_types(applied.tree, applied.changed_leaves())) ==
        Errc::mls_leaf_credential_unsupported);
  auto leaf = own_leaf_of(*people[0]);
  reads_x509(leaf);
  applied.tree.set_leaf({0}, Leaf::of(leaf));
  auto changed = applied.changed_leaves();
  changed.push_back({0});
  CHECK(check_credential_types(applied.tree, changed));
}

TEST_CASE("a new credential must be a successor of the old one") {
  SeededEntropy entropy(47);
  auto people = group_of(3, entropy);
  people[0]->acquaintances.refused_successors = {"somebody else"};
  const auto rename = [](LeafNode& leaf) {
    leaf.credential.identity = to_bytes(as_bytes("somebody else"));
  };
  CHECK(error_of(people[0]->receive(
            forge_proposal(*people[1], Update{forge_update(*people[1], rename)}))) ==
        Errc::mls_credential_refused);
  CommitForgery forgery;
  forgery.edit_leaf = rename;
  CHECK(error_of(people[0]->receive(forge_commit(*people[1], forgery))) ==
        Errc::mls_credential_refused);
  // One that is may be taken up, and the change is reported.
  people[2]->acquaintances.asked.clear();
  const auto received = people[2]->receive(forge_commit(*people[1], forgery)).value();
  const auto& commit = std::get<CommitReceived>(received);
  REQUIRE(commit.updated.size() == 1);
  CHECK(as_text(commit.updated[0].credential.identity) == "somebody else");
}

TEST_CASE(
    "a commit whose committer's credential and key are unchanged does not ask the authenticator") {
  SeededEntropy entropy(51);
  auto people = group_of(3, entropy);
  // One member has heard that person 1 is revoked, the other has not: both follow the same commit.
  people[0]->acquaintances.refused = {"person 1"};
  send_proposal(*people[1], Update{forge_update(*people[1])}, people);
  for (const auto& person : people) person->acquaintances.asked.clear();
  deliver(people[1]->commit({}).value(), *people[1], people);
  for (const auto& person : people) {
    CHECK(person->acquaintances.asked.empty());
    CHECK(agree(*people[0], *person));
  }
  // A new signature key is a new credential, though it names the same person.
  auto renewed = make_identity("person 1", entropy);
  CommitForgery forgery;
  forgery.edit_leaf = [&](LeafNode& leaf) {
    leaf.signature_key = renewed.signing_key.verify_key();
  };
  forgery.edit_path = [&](UpdatePath& path) {
    sign_leaf(path.leaf_node, {people[1]->group().group_id(), {1}}, renewed.signing_key);
  };
  CHECK(error_of(people[0]->receive(forge_commit(*people[1], forgery))) ==
        Errc::mls_credential_refused);
}

TEST_CASE("a KeyPackage is used within its lifetime, which has a maximum") {
  SeededEntropy entropy(48);
  auto people = group_of(2, entropy);
  Person guest("guest", entropy);
  constexpr auto longest = limits::mls_leaf_lifetime_s_max;
  const auto add = [&](Lifetime valid) {
    const auto bundle = guest.key_package(valid);
    const auto inspected = inspect_key_package(bundle.message, now_s);
    auto added = people[0]->add({bundle.message});
    if (!added) CHECK(error_of(inspected) == error_of(added));
    return added;
  };
  CHECK(add({now_s, now_s}).has_value());
  CHECK(error_of(add({now_s + 1, now_s + 2})) == Errc::mls_leaf_lifetime_not_yet_valid);
  CHECK(error_of(add({now_s - 2, now_s - 1})) == Errc::mls_leaf_lifetime_expired);
  CHECK(add({now_s, now_s + longest}).has_value());
  CHECK(error_of(add({now_s, now_s + longest + 1})) == Errc::mls_leaf_lifetime_too_long);
  const auto longer = guest.key_package({now_s - longest, now_s + longest});
  CHECK(error_of(people[0]->add({longer.message})) == Errc::mls_leaf_lifetime_too_long);
  people[0]->acquaintances.longest_s = 2 * longest;
  CHECK(people[0]->add({longer.message}).has_value());
  CHECK(error_of(add({0, UINT64_MAX})) == Errc::mls_leaf_lifetime_too_long);
  CHECK(error_of(add({now_s + 1, now_s - 1})) == Errc::mls_leaf_lifetime_expired);
}

TEST_CASE("a received lifetime is held against the clock only if the application wishes") {
  SeededEntropy entropy(49);
  auto people = group_of(3, entropy);
  Person guest("guest", entropy);
  const auto expired = guest.key_package({now_s - 2 * day_s, now_s - day_s});
  const auto mine = PrivateKeyPackage::decode(expired.private_record).value();
  const CommitForgery forgery{{Proposal(Add{mine.key_package})}, true, {}, {}, false, {}};
  people[1]->acquaintances.judges_lifetimes = true;
  CHECK(error_of(people[1]->receive(forge_commit(*people[0], forgery))) ==
        Errc::mls_leaf_lifetime_expired);
  // A member that was away must not come to another verdict than those who were there.
  CHECK(people[2]->receive(forge_commit(*people[0], forgery)).has_value());
  // The maximum is held against all, for it is the same at any time.
  const auto endless = guest.key_package({0, UINT64_MAX});
  const auto other = PrivateKeyPackage::decode(endless.private_record).value();
  CHECK(errc_of_add(people, other.key_package) == Errc::mls_leaf_lifetime_too_long);
}

TEST_CASE("a KeyPackage must be for this protocol, signed, and have two different keys") {
  SeededEntropy entropy(50);
  auto people = group_of(2, entropy);
  Person guest("guest", entropy);
  const auto check = [&](const KeyPackageForgery& forgery, Errc expected) {
    const auto mine = forge_key_package(guest, forgery);
    CHECK(errc_of_add(people, mine.key_package) == expected);
    CHECK(error_of(inspect_key_package(message_of(mine.key_package), now_s)) == expected);
    CHECK(error_of(people[0]->add({message_of(mine.key_package)})) == expected);
  };
  check({{}, [](KeyPackage& kp) { kp.version = 2; }, {}}, Errc::mls_version_unknown);
  check({{}, [](KeyPackage& kp) { kp.cipher_suite = 1; }, {}}, Errc::mls_cipher_suite_unsupported);
  check({{}, {}, [](KeyPackage& kp) { kp.signature.bytes[0] ^= 1; }},
        Errc::mls_key_package_signature_invalid);
  check({{}, [](KeyPackage& kp) { kp.init_key = kp.leaf_node.encryption_key; }, {}},
        Errc::mls_key_package_init_key_equals_leaf_key);
  check({{}, [](KeyPackage& kp) { kp.init_key = low_order_key(); }, {}}, Errc::key_invalid);
  check({{}, [](KeyPackage& kp) { kp.init_key.bytes[31] |= 0x80; }, {}}, Errc::key_invalid);
  check({{},
         [](KeyPackage& kp) {
           kp.extensions = {{0xF123, {}}};
         },
         {}},
        Errc::mls_leaf_extension_unsupported);
  check({{},
         [](KeyPackage& kp) {
           kp.extensions = {{10, {}}, {10, {}}};
         },
         {}},
        Errc::mls_extension_invalid);
}

TEST_CASE("values that mean nothing to this library are kept and harm nobody") {
  SeededEntropy entropy(51);
  auto people = group_of(3, entropy);
  Person guest("guest", entropy);
  const auto mine = forge_key_package(
      guest, {[](LeafNode& leaf) {
                leaf.capabilities.versions.push_back(0x7A7A);
                leaf.capabilities.extensions.push_back(0xF3A3);
                leaf.capabilities.proposals.push_back(0xF00D);
                leaf.extensions.push_back({0xF3A3, to_bytes(as_bytes("grease"))});
                leaf.extensions.push_back({extension_application_id, to_bytes(as_bytes("id"))});
              },
              [](KeyPackage& kp) {
                kp.leaf_node.capabilities.extensions.push_back(0xFDAD);
                kp.extensions.push_back({0xF3A3, to_bytes(as_bytes("grease"))});
              },
              {}});
  auto whole = mine.key_package;
  sign_leaf(whole.leaf_node, {}, guest.identity.signing_key);
  sign_key_package(whole, guest.identity.signing_key);
  CHECK(encode(decode<KeyPackage>(encode(whole)).value()) == encode(whole));
  auto commit = people[0]->add({message_of(whole)}).value();
  deliver(std::move(commit), *people[0], people);
  const auto leaf = epoch_of(*people[1]).tree->leaf({3})->decoded();
  CHECK(leaf == whole.leaf_node);

  // Our own KeyPackages have some, each time others.
  const auto first = decode<KeyPackage>(
      open_message(guest.key_package().message, WireFormat::key_package).value());
  CHECK(first->leaf_node.capabilities.extensions.size() ==
        own_capabilities().extensions.size() + 1);
}

TEST_CASE("a chain of certificates is a list, and who has one says that they read such") {
  SeededEntropy entropy(49);
  Person person("person", entropy);
  person.identity.credential = one_certificate;
  person.create("by certificate");
  CHECK(person.commit({}).has_value());
  for (const Bytes& no_list : {Bytes{3, 1}, Bytes{1, 1, 0x40}, Bytes{0xC0}}) {
    auto leaf = own_leaf_of(person);
    leaf.credential.identity = no_list;
    CHECK_FALSE(decode<LeafNode>(encode(leaf)).has_value());
  }
}
