// RFC 9420 §7.5, §7.6, §12.4: each rule of commits and their paths, broken alone.
#include "hostile.hpp"
#include "mls/group.hpp"

using namespace tern;
using namespace tern::test;
using namespace tern::mls;

namespace {

CommitForgery with_path(std::function<void(UpdatePath&)> edit) {
  CommitForgery forgery;
  forgery.edit_path = std::move(edit);
  return forgery;
}

// What a refused message leaves alone: all but its key.
std::map<Bytes, Bytes> beside_ratchets(const Person& person) {
  auto records = person.records.all();
  std::erase_if(
      records, [](const auto& record) { return record.first[0] == 'r' || record.first[0] == 't'; });
  return records;
}

// Five members, so that paths have several nodes and some copaths several keys.
struct CommitWorld {
  explicit CommitWorld(std::uint64_t seed) : entropy(seed), people(group_of(5, entropy)) {
    deliver(people[3]->commit({}).value(), *people[3], people);
  }
  Errc refused(std::size_t receiver, const CommitForgery& forgery) {
    const auto before = beside_ratchets(*people[receiver]);
    const auto error = error_of(people[receiver]->receive(forge_commit(*people[0], forgery)));
    CHECK(beside_ratchets(*people[receiver]) == before);
    return error;
  }
  SeededEntropy entropy;
  std::vector<std::unique_ptr<Person>> people;
};

}  // namespace

TEST_CASE("a commit that must have a path and has none is refused") {
  CommitWorld world(80);
  CommitForgery forgery;
  forgery.has_path = false;
  CHECK(world.refused(1, forgery) == Errc::mls_commit_path_required);
  forgery.proposals = {Proposal(Remove{LeafIndex{4}})};
  CHECK(world.refused(1, forgery) == Errc::mls_commit_path_required);
  forgery.proposals = {Proposal(GroupContextExtensions{{}})};
  CHECK(world.refused(1, forgery) == Errc::mls_commit_path_required);
  send_proposal(*world.people[2], Update{forge_update(*world.people[2])}, world.people);
  forgery.proposals = {world.people[0]->group().state().pending.all()[0]->ref};
  CHECK(world.refused(1, forgery) == Errc::mls_commit_path_required);
}

TEST_CASE("a commit of additions alone may come without a path") {
  CommitWorld world(81);
  Person guest("guest", world.entropy);
  CommitForgery forgery;
  forgery.has_path = false;
  forgery.proposals = {
      Proposal(Add{PrivateKeyPackage::decode(guest.key_package().private_record)->key_package})};
  const auto message = forge_commit(*world.people[0], forgery);
  for (std::size_t i = 1; i < 5; ++i) CHECK(world.people[i]->receive(message).has_value());
  for (std::size_t i = 2; i < 5; ++i) CHECK(agree(*world.people[1], *world.people[i]));
  CHECK(world.people[1]->group().member_count() == 6);
}

TEST_CASE("a path has a node for each node of the filtered direct path") {
  CommitWorld world(82);
  CHECK(world.refused(1, with_path([](UpdatePath& path) { path.nodes.pop_back(); })) ==
        Errc::mls_path_length_invalid);
  CHECK(world.refused(1, with_path([](UpdatePath& path) {
                        path.nodes.push_back(path.nodes.back());
                      })) == Errc::mls_path_length_invalid);
  CHECK(world.refused(1, with_path([](UpdatePath& path) {
                        path.nodes.assign(33, path.nodes.back());
                      })) == Errc::mls_path_length_invalid);
}

TEST_CASE("a path has a ciphertext for each node of the copath's resolution") {
  CommitWorld world(83);
  CHECK(world.refused(1, with_path([](UpdatePath& path) {
                        path.nodes.back().encrypted_path_secret.pop_back();
                      })) == Errc::mls_path_ciphertext_count_invalid);
  CHECK(world.refused(1, with_path([](UpdatePath& path) {
                        auto& list = path.nodes.front().encrypted_path_secret;
                        list.push_back(list.back());
                      })) == Errc::mls_path_ciphertext_count_invalid);
}

TEST_CASE("the keys of a path are new to the tree, and to each other") {
  CommitWorld world(84);
  const auto& tree = *epoch_of(*world.people[0]).tree;
  const auto somebody = tree.leaf({2})->encryption_key();
  const auto node = tree.parent_node(tree.root())->encryption_key;
  CHECK(world.refused(1, with_path([&](UpdatePath& path) {
                        path.nodes.front().encryption_key = somebody;
                      })) == Errc::mls_path_key_not_unique);
  CHECK(world.refused(1, with_path([&](UpdatePath& path) {
                        path.nodes.back().encryption_key = node;
                      })) == Errc::mls_path_key_not_unique);
  CHECK(world.refused(1, with_path([](UpdatePath& path) {
                        path.nodes.back().encryption_key = path.nodes.front().encryption_key;
                      })) == Errc::mls_path_key_not_unique);
  auto forgery = with_path([&](UpdatePath& path) { path.leaf_node.encryption_key = somebody; });
  forgery.resign = true;
  CHECK(world.refused(1, forgery) == Errc::mls_path_key_not_unique);
  CHECK(world.refused(1, with_path([](UpdatePath& path) {
                        path.nodes.front().encryption_key = {};
                      })) == Errc::key_invalid);
}

TEST_CASE("a key of a path cannot pass for new by being written in another way") {
  CommitWorld world(91);
  const auto& tree = *epoch_of(*world.people[1]).tree;
  auto taken = tree.parent_node(tree.root())->encryption_key;
  taken.bytes[31] |= 0x80;
  CHECK(world.refused(1, with_path([&](UpdatePath& path) {
                        path.nodes[0].encryption_key = taken;
                      })) == Errc::key_invalid);
}

TEST_CASE("the committer's leaf carries the parent hash of its path") {
  CommitWorld world(85);
  auto forgery = with_path([](UpdatePath& path) { path.leaf_node.parent_hash->bytes[0] ^= 1; });
  forgery.resign = true;
  CHECK(world.refused(1, forgery) == Errc::mls_parent_hash_invalid);
  forgery = with_path([](UpdatePath& path) { path.leaf_node.parent_hash.reset(); });
  forgery.resign = true;
  CHECK(world.refused(1, forgery) == Errc::mls_parent_hash_invalid);
  // Another public key in the path is another parent hash.
  forgery = with_path([&](UpdatePath& path) {
    path.nodes.back().encryption_key = crypto::DhKeyPair::generate(world.entropy).public_key;
  });
  CHECK(world.refused(1, forgery) == Errc::mls_parent_hash_invalid);
}

TEST_CASE("a path that one member cannot decrypt splits that member, and no other") {
  CommitWorld world(86);
  auto& people = world.people;
  // The ciphertext for member 1, beside the committer, is destroyed.
  const auto message = forge_commit(*people[0], with_path([](UpdatePath& path) {
    path.nodes.front().encrypted_path_secret.front().ciphertext.back() ^= 1;
  }));
  const auto error = error_of(people[1]->receive(message));
  CHECK(error == Errc::mls_path_undecryptable);
  CHECK(depends_on_own_keys(error));
  for (std::size_t i = 2; i < 5; ++i) CHECK(people[i]->receive(message).has_value());
  CHECK(agree(*people[2], *people[4]));
}

TEST_CASE("a path secret that is not the one of the published key splits the member that gets it") {
  CommitWorld world(87);
  auto& people = world.people;
  const auto& epoch = epoch_of(*people[0]);
  // Member 1 is sent the secret of another path: well encrypted, for this very context.
  Bytes context;
  const auto message = forge_commit(*people[0], with_path([&](UpdatePath& path) {
    auto tree = *epoch.tree;
    const auto nodes = merge_path(tree, {0}, path, {}).value();
    auto provisional = epoch.context;
    ++provisional.epoch;
    provisional.tree_hash = tree.tree_hash();
    const Secret other;
    path.nodes.front().encrypted_path_secret.front() =
        encrypt_with_label(epoch.tree->leaf({1})->encryption_key(), "UpdatePathNode",
                           encode(provisional), other.span(), world.entropy)
            .value();
  }));
  const auto error = error_of(people[1]->receive(message));
  CHECK(error == Errc::mls_path_key_mismatch);
  CHECK(depends_on_own_keys(error));
  CHECK(people[2]->receive(message).has_value());
}

TEST_CASE("a commit without the right confirmation tag is refused by all alike") {
  CommitWorld world(88);
  CommitForgery forgery;
  forgery.edit_message = [](AuthenticatedContent& message) {
    message.auth.confirmation_tag->bytes[0] ^= 1;
  };
  for (std::size_t i = 1; i < 5; ++i) {
    const auto error = world.refused(i, forgery);
    CHECK(error == Errc::mls_confirmation_tag_invalid);
    CHECK_FALSE(depends_on_own_keys(error));
  }
  forgery.edit_message = [](AuthenticatedContent& message) {
    message.auth.confirmation_tag.reset();
  };
  CHECK(world.refused(1, forgery) == Errc::mls_confirmation_tag_missing);
}

TEST_CASE("a commit that is refused leaves the group able to go on") {
  CommitWorld world(89);
  auto& people = world.people;
  CommitForgery forgery;
  forgery.edit_message = [](AuthenticatedContent& message) {
    message.auth.confirmation_tag->bytes[0] ^= 1;
  };
  const auto refused = forge_commit(*people[0], forgery);
  for (std::size_t i = 1; i < 5; ++i) CHECK_FALSE(people[i]->receive(refused));
  deliver(people[0]->commit({}).value(), *people[0], people);
  for (const auto& person : people) CHECK(agree(*people[0], *person));
  CHECK(people[4]->hear(people[0]->say("on we go")) == "on we go");
}

TEST_CASE("an identity that is not the member's cannot speak for it") {
  CommitWorld world(90);
  auto& anna = *world.people[0];
  const auto other = make_identity("other", world.entropy);
  CHECK(error_of(anna.group().protect({}, {}, other, world.entropy)) == Errc::invalid_argument);
  CHECK(error_of(anna.group().commit({}, other, anna.acquaintances, now_s, world.entropy)) ==
        Errc::invalid_argument);
  CHECK(error_of(anna.group().propose_remove({1}, {}, other, world.entropy)) ==
        Errc::invalid_argument);
}

TEST_CASE("a failed commit changes nothing") {
  CommitWorld world(91);
  auto& anna = *world.people[0];
  const auto before = anna.records.all();
  CommitRequest request;
  request.remove = {LeafIndex{77}};
  CHECK(error_of(anna.commit(request)) == Errc::mls_proposal_removes_blank);
  request = {};
  request.add = {Bytes(3)};
  CHECK_FALSE(anna.commit(request));
  CHECK(anna.records.all() == before);
  deliver(anna.commit({}).value(), anna, world.people);
}

TEST_CASE("the last epoch has no successor") {
  CommitWorld world(92);
  auto& anna = *world.people[0];
  auto& state = anna.group().state();
  auto last = std::make_shared<Epoch>(Epoch{state.epoch->context,
                                            state.epoch->encoded_context,
                                            {},
                                            {},
                                            {},
                                            *state.epoch->tree,
                                            state.epoch->own_leaf,
                                            state.epoch->keys.clone(),
                                            {}});
  last->context.epoch = UINT64_MAX;
  state.epoch = last;
  CHECK(error_of(anna.commit({})) == Errc::counter_exhausted);
}
