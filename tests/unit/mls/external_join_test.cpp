// RFC 9420 §12.4.3.2: joining by an external commit, and each of its rules broken alone.
#include "hostile.hpp"
#include "mls/public_message.hpp"

using namespace tern;
using namespace tern::test;
using namespace tern::mls;

namespace {

struct Door {
  explicit Door(std::uint64_t seed, std::size_t count = 3)
      : entropy(seed), people(group_of(count, entropy)), guest("guest", entropy) {
    for (const auto& person : people)
      person->acquaintances.let_in = {SenderType::new_member_commit};
  }

  Bytes info(TreeTransport tree = TreeTransport::in_welcome) {
    return people[0]->group().group_info(tree, people[0]->identity, entropy).value();
  }
  Result<ExternalJoin> knock(const ExternalJoinRequest& request = {}) {
    return Group::join_externally(info(), request, guest.identity, guest.acquaintances, now_s,
                                  entropy);
  }
  // The guest's commit with something changed and signed again.
  using EditCommit = std::function<void(Commit&)>;
  using EditContent = std::function<void(FramedContent&)>;
  Bytes forged(const EditCommit& edit, const EditContent& edit_content = {},
               const crypto::SigningKey* key = nullptr, const ExternalJoinRequest& request = {}) {
    const auto join = knock(request).value();
    auto message =
        decode<PublicMessage>(open_message(join.message, WireFormat::public_message).value())
            .value();
    auto& content = message.message.content;
    auto commit = decode<Commit>(content.body).value();
    if (edit) edit(commit);
    const auto body = encode(commit);
    content.body = body;
    if (edit_content) edit_content(content);
    message.message.auth.signature =
        sign_content(WireFormat::public_message, content, epoch_of(*people[0]).encoded_context,
                     key ? *key : guest.identity.signing_key);
    return encode_public(message);
  }
  Errc refused(const EditCommit& edit, const EditContent& edit_content = {},
               const crypto::SigningKey* key = nullptr, const ExternalJoinRequest& request = {}) {
    const auto message = forged(edit, edit_content, key, request);
    const auto epoch = people[1]->group().epoch();
    const auto error = error_of(people[1]->receive(message));
    CHECK(people[1]->group().epoch() == epoch);
    return error;
  }
  // Signs the leaf again, for the place that the guest gets.
  void sign_again(LeafNode& leaf, std::uint32_t index = 3) {
    sign_leaf(leaf, {people[0]->group().group_id(), {index}}, guest.identity.signing_key);
  }

  SeededEntropy entropy;
  std::vector<std::unique_ptr<Person>> people;
  Person guest;
};

void let_all_in(Door& door, ExternalJoin join) {
  for (const auto& person : door.people) {
    const auto received = person->receive(join.message);
    INFO((received ? "" : received.error().message()));
    REQUIRE(received.has_value());
  }
  door.guest.accept(std::move(join.next));
  for (const auto& person : door.people) REQUIRE(agree(*person, door.guest));
}

}  // namespace

TEST_CASE("who has a GroupInfo joins by a commit of their own") {
  Door door(220);
  let_all_in(door, door.knock().value());
  CHECK(door.guest.group().own_leaf() == LeafIndex{3});
  CHECK(door.guest.hear(door.people[2]->say("welcome")) == "welcome");
  CHECK(door.people[1]->hear(door.guest.say("thank you")) == "thank you");
  door.guest.reopen();
  deliver(door.guest.commit({}).value(), door.guest, door.people);
  for (const auto& person : door.people) CHECK(agree(*person, door.guest));
}

TEST_CASE("what an external commit did is told to the application") {
  Door door(221);
  const auto received = door.people[1]->receive(door.knock().value().message).value();
  const auto& commit = std::get<CommitReceived>(received);
  CHECK(commit.is_external);
  CHECK(commit.committer == LeafIndex{3});
  REQUIRE(commit.added.size() == 1);
  CHECK(commit.added[0].credential == door.guest.identity.credential);
  CHECK(commit.added[0].proposer == Sender(SenderType::new_member_commit));
  CHECK(commit.removed.empty());
}

TEST_CASE("the joiner takes the leftmost free leaf, in a tree that grows when there is none") {
  for (const std::size_t members : {1, 2, 4, 5}) {
    Door door(222 + members, members);
    let_all_in(door, door.knock().value());
    CHECK(door.guest.group().own_leaf() == LeafIndex{static_cast<std::uint32_t>(members)});
  }
  Door door(230, 5);
  CommitRequest request;
  request.remove = {{1}, {3}};
  const auto commit = door.people[0]->commit(request).value();
  for (std::size_t i : {2, 4}) REQUIRE(door.people[i]->receive(commit.message));
  door.people[0]->accept(std::make_unique<Group>(commit.next->clone()));
  door.people.erase(door.people.begin() + 3);
  door.people.erase(door.people.begin() + 1);
  let_all_in(door, door.knock().value());
  CHECK(door.guest.group().own_leaf() == LeafIndex{1});
}

TEST_CASE("the ratchet tree may come another way, but it comes") {
  Door door(231);
  const auto info = door.info(TreeTransport::out_of_band);
  const auto tree = door.people[0]->group().ratchet_tree().value();
  const auto join = [&](const ExternalJoinRequest& request) {
    return Group::join_externally(info, request, door.guest.identity, door.guest.acquaintances,
                                  now_s, door.entropy);
  };
  CHECK(error_of(join({})) == Errc::mls_welcome_invalid);
  ExternalJoinRequest request;
  request.ratchet_tree = ByteSpan(tree);
  let_all_in(door, join(request).value());
}

TEST_CASE("a member who has lost everything replaces its old leaf") {
  Door door(232);
  Person& lost = *door.people[2];
  ExternalJoinRequest request;
  request.replaces = LeafIndex{2};
  auto join = Group::join_externally(door.info(), request, lost.identity, lost.acquaintances, now_s,
                                     door.entropy)
                  .value();
  for (std::size_t i : {0, 1}) {
    const auto received = door.people[i]->receive(join.message).value();
    CHECK(std::get<CommitReceived>(received).removed.size() == 1);
  }
  const auto at_old_self = lost.receive(join.message).value();
  CHECK(std::get<CommitReceived>(at_old_self).removes_me);
  lost.accept(std::move(join.next));
  CHECK(lost.group().own_leaf() == LeafIndex{2});
  CHECK(agree(lost, *door.people[0]));
  CHECK(agree(lost, *door.people[1]));
  CHECK(lost.group().member_count() == 3);
}

TEST_CASE("a PSK in an external commit proves that one holds it") {
  Door door(233);
  ExternalJoinRequest request;
  request.psks = {external_psk("code word")};
  CHECK(error_of(door.knock(request)) == Errc::mls_psk_unknown);
  const auto id = to_bytes(as_bytes("code word"));
  door.guest.acquaintances.external_psks[id] = {1, 2, 3};
  for (const auto& person : door.people) person->acquaintances.external_psks[id] = {1, 2, 3};
  door.people[2]->acquaintances.external_psks.clear();
  const auto join = door.knock(request).value();
  CHECK(error_of(door.people[2]->receive(join.message)) == Errc::mls_psk_unknown);
  door.people[1]->acquaintances.external_psks[id] = {1, 2, 4};
  CHECK(error_of(door.people[1]->receive(join.message)) == Errc::mls_psk_mismatch);
  CHECK(door.people[0]->receive(join.message).has_value());
}

TEST_CASE("an application that did not ask for external commits gets none") {
  Door door(234);
  door.people[1]->acquaintances.let_in = {SenderType::member, SenderType::external};
  CHECK(error_of(door.people[1]->receive(door.knock().value().message)) ==
        Errc::mls_wire_format_unexpected);
  door.people[0]->acquaintances.refused = {"guest"};
  CHECK(error_of(door.people[0]->receive(door.knock().value().message)) ==
        Errc::mls_credential_refused);
}

TEST_CASE("an external commit has a path") {
  Door door(235);
  CHECK(door.refused([](Commit& it) { it.path.reset(); }) == Errc::mls_commit_path_required);
}

TEST_CASE("an external commit has exactly one ExternalInit") {
  Door door(236);
  CHECK(door.refused([](Commit& it) { it.proposals.clear(); }) ==
        Errc::mls_proposal_external_init_invalid);
  CHECK(door.refused([](Commit& it) { it.proposals.push_back(it.proposals[0]); }) ==
        Errc::mls_proposal_external_init_invalid);
}

TEST_CASE("an external commit removes one member at most, and one who is there") {
  Door door(237);
  CHECK(door.refused([](Commit& it) {
    it.proposals.emplace_back(Proposal(Remove{LeafIndex{2}}));
    it.proposals.emplace_back(Proposal(Remove{LeafIndex{0}}));
  }) == Errc::mls_proposal_external_init_invalid);
  CHECK(door.refused([](Commit& it) {
    it.proposals.emplace_back(Proposal(Remove{LeafIndex{3}}));
  }) == Errc::mls_proposal_removes_blank);
}

TEST_CASE("an external commit has no other proposals, and none by reference") {
  Door door(238);
  Person stranger("stranger", door.entropy);
  const Proposal add =
      Add{PrivateKeyPackage::decode(stranger.key_package().private_record)->key_package};
  const Proposal update = Update{forge_update(*door.people[0])};
  const Proposal extensions = GroupContextExtensions{};
  const Proposal reinit = ReInit{};
  for (const auto& other : {add, update, extensions, reinit})
    CHECK(door.refused([&](Commit& it) { it.proposals.emplace_back(other); }) ==
          Errc::mls_proposal_sender_not_allowed);
  send_proposal(*door.people[0], Remove{LeafIndex{2}}, door.people);
  const auto ref = door.people[1]->group().state().pending.all().back()->ref;
  CHECK(door.refused([&](Commit& it) { it.proposals.emplace_back(ref); }) ==
        Errc::mls_proposal_external_init_invalid);
}

TEST_CASE("an external commit is signed by the key of the leaf in its path") {
  Door door(239);
  CHECK(door.refused({}, {}, &door.people[0]->identity.signing_key) == Errc::mls_signature_invalid);
}

TEST_CASE("an external commit's sender type is new_member_commit, and that sends commits only") {
  Door door(240);
  CHECK(door.refused({}, [](FramedContent& it) {
    it.sender = Sender(SenderType::new_member_proposal);
  }) == Errc::mls_wire_format_unexpected);
  for (const auto& person : door.people)
    person->acquaintances.let_in = {SenderType::new_member_commit, SenderType::new_member_proposal,
                                    SenderType::external};
  for (const auto type : {SenderType::new_member_proposal, SenderType::external})
    CHECK(door.refused({}, [&](FramedContent& it) { it.sender = Sender(type); }) ==
          Errc::mls_content_type_invalid);
  const auto body = encode(Proposal(Remove{LeafIndex{2}}));
  CHECK(door.refused({}, [&](FramedContent& it) {
    it.content_type = ContentType::proposal;
    it.body = body;
  }) == Errc::trailing_bytes);  // a commit's confirmation tag, after a proposal
}

TEST_CASE("the joiner's leaf is as valid as any other") {
  Door door(241);
  const auto with_leaf = [&](const std::function<void(LeafNode&)>& edit) {
    return door.refused([&](Commit& it) { edit(it.path->leaf_node); });
  };
  CHECK(with_leaf([](LeafNode& it) { it.signature.bytes[3] ^= 1; }) ==
        Errc::mls_leaf_signature_invalid);
  CHECK(with_leaf([&](LeafNode& it) { door.sign_again(it, 2); }) ==
        Errc::mls_leaf_signature_invalid);
  CHECK(with_leaf([&](LeafNode& it) {
          it.source = LeafNodeSource::update;
          door.sign_again(it);
        }) == Errc::mls_leaf_source_invalid);
  CHECK(with_leaf([&](LeafNode& it) {
          it.encryption_key = epoch_of(*door.people[1]).tree->leaf({1})->encryption_key();
          door.sign_again(it);
        }) == Errc::mls_leaf_key_not_unique);
  CHECK(with_leaf([&](LeafNode& it) {
          it.parent_hash->bytes[0] ^= 1;
          door.sign_again(it);
        }) == Errc::mls_parent_hash_invalid);
}

TEST_CASE("somebody who is in the group already has to replace the old leaf") {
  Door door(242);
  const auto join = Group::join_externally(door.info(), {}, door.people[2]->identity,
                                           door.guest.acquaintances, now_s, door.entropy);
  CHECK(error_of(join) == Errc::mls_leaf_key_not_unique);
}

TEST_CASE("a leaf that replaces another meets the rules of an Update") {
  Door door(243);
  ExternalJoinRequest request;
  request.replaces = LeafIndex{2};
  const auto old_key = epoch_of(*door.people[1]).tree->leaf({2})->encryption_key();
  CHECK(door.refused(
            [&](Commit& it) {
              it.path->leaf_node.encryption_key = old_key;
              door.sign_again(it.path->leaf_node, 2);
            },
            {}, nullptr, request) == Errc::mls_leaf_encryption_key_not_new);
  door.people[1]->acquaintances.refused_successors = {"guest"};
  CHECK(door.refused({}, {}, nullptr, request) == Errc::mls_credential_refused);
}

TEST_CASE(
    "an ExternalInit for another key leads to another epoch, and one that is no key nowhere") {
  Door door(244);
  CHECK(door.refused([&](Commit& it) {
    auto& init = std::get<ExternalInit>(std::get<Proposal>(it.proposals[0]));
    init.kem_output = crypto::DhKeyPair::generate(door.entropy).public_key;
  }) == Errc::mls_confirmation_tag_invalid);
  CHECK(door.refused([](Commit& it) {
    std::get<ExternalInit>(std::get<Proposal>(it.proposals[0])).kem_output = {};
  }) == Errc::key_invalid);
}

namespace {

// What joining says to the door's GroupInfo with something changed.
Errc refused_info(Door& door, const std::function<void(GroupInfo&)>& edit, bool sign = true) {
  const auto message = door.info();
  auto info = decode<GroupInfo>(open_message(message, WireFormat::group_info).value()).value();
  edit(info);
  if (sign) sign_group_info(info, door.people[0]->identity.signing_key);
  Writer writer;
  write_message_header(writer, WireFormat::group_info);
  write(writer, info);
  const auto bytes = std::move(writer).take();
  return error_of(Group::join_externally(bytes, {}, door.guest.identity, door.guest.acquaintances,
                                         now_s, door.entropy));
}

// The same with another external_pub extension; none: without it.
Errc refused_key(Door& door, const std::optional<Bytes>& data) {
  return refused_info(door, [&](GroupInfo& it) {
    std::erase_if(it.extensions, [](const Extension& extension) {
      return extension.type == extension_external_pub;
    });
    if (data) it.extensions.push_back({extension_external_pub, *data});
  });
}

}  // namespace

TEST_CASE("a GroupInfo is good for an external join only with a key to join by") {
  Door door(245);
  CHECK(refused_key(door, std::nullopt) == Errc::mls_extension_invalid);
  CHECK(refused_key(door, Bytes{2, 1, 2}) == Errc::key_invalid);
  Bytes key(1 + 32, 9);
  key[0] = 32;
  key.push_back(0);
  CHECK(refused_key(door, key) == Errc::trailing_bytes);
  Bytes zeros(1 + 32);
  zeros[0] = 32;
  CHECK(refused_key(door, zeros) == Errc::key_invalid);
}

TEST_CASE("a GroupInfo is good for an external join only when a joiner by Welcome would take it") {
  Door door(249);
  CHECK(refused_info(
            door, [](GroupInfo& it) { it.signature.bytes[0] ^= 1; }, false) ==
        Errc::mls_group_info_signature_invalid);
  CHECK(refused_info(door, [](GroupInfo& it) { it.signer = {1}; }) ==
        Errc::mls_group_info_signature_invalid);
  CHECK(refused_info(door, [](GroupInfo& it) { it.group_context.tree_hash.bytes[0] ^= 1; }) ==
        Errc::mls_tree_hash_mismatch);
  CHECK(refused_info(door, [](GroupInfo& it) { it.group_context.version = 2; }) ==
        Errc::mls_version_unknown);
  CHECK(refused_info(door, [](GroupInfo& it) { it.group_context.cipher_suite = 1; }) ==
        Errc::mls_cipher_suite_unsupported);
  CHECK(refused_info(door, [](GroupInfo& it) { it.group_context.epoch = UINT64_MAX; }) ==
        Errc::counter_exhausted);
  CHECK(refused_info(door, [](GroupInfo& it) {
          it.group_context.extensions = {{extension_tern_policy, {}}, {0xF123, {}}};
        }) == Errc::mls_leaf_capabilities_missing);
  door.guest.acquaintances.refused = {"person 1"};
  CHECK(error_of(door.knock()) == Errc::mls_credential_refused);
}

TEST_CASE("a GroupInfo that lies about the epoch leads nowhere") {
  Door door(246);
  const auto message = door.info();
  auto info = decode<GroupInfo>(open_message(message, WireFormat::group_info).value()).value();
  info.confirmation_tag.bytes[0] ^= 1;
  sign_group_info(info, door.people[0]->identity.signing_key);
  Writer writer;
  write_message_header(writer, WireFormat::group_info);
  write(writer, info);
  const auto bytes = std::move(writer).take();
  const auto join = Group::join_externally(bytes, {}, door.guest.identity, door.guest.acquaintances,
                                           now_s, door.entropy)
                        .value();
  CHECK(error_of(door.people[1]->receive(join.message)) == Errc::mls_confirmation_tag_invalid);
}

TEST_CASE("an external commit brings no key that is in the tree, on its own path either") {
  Door door(247);
  deliver(door.people[0]->commit({}).value(), *door.people[0], door.people);
  const auto& tree = *epoch_of(*door.people[1]).tree;
  const auto root_key = tree.encryption_key(tree.root());
  CHECK(door.refused([&](Commit& it) { it.path->nodes.back().encryption_key = root_key; }) ==
        Errc::mls_path_key_not_unique);
}

TEST_CASE("who replaces a member asks their own application whether they may") {
  Door door(248);
  door.guest.acquaintances.refused_successors = {"guest"};
  ExternalJoinRequest request;
  request.replaces = LeafIndex{2};
  CHECK(error_of(door.knock(request)) == Errc::mls_credential_refused);
}

TEST_CASE("the path of an external commit has the form that the tree asks for") {
  Door door(275);
  CHECK(door.refused([](Commit& it) { it.path->nodes.pop_back(); }) ==
        Errc::mls_path_length_invalid);
  CHECK(door.refused([](Commit& it) {
    auto& sealed = it.path->nodes.back().encrypted_path_secret;
    sealed.push_back(sealed.back());
  }) == Errc::mls_path_ciphertext_count_invalid);
  CHECK(door.refused([](Commit& it) {
    it.path->nodes.back().encrypted_path_secret.back().ciphertext[0] ^= 1;
  }) == Errc::mls_path_undecryptable);
}

TEST_CASE("the PSKs of an external commit meet the rules of all PSKs") {
  Door door(276);
  const auto with = [&](std::vector<PreSharedKeyId> psks) {
    return door.refused([&](Commit& it) {
      for (const auto& psk : psks) it.proposals.emplace_back(Proposal(PreSharedKeyProposal{psk}));
    });
  };
  auto psk = external_psk("code word");
  psk.psk_nonce = Bytes(31);
  CHECK(with({psk}) == Errc::mls_proposal_psk_invalid);
  psk.psk_nonce = Bytes(32);
  CHECK(with({psk, psk}) == Errc::mls_proposal_duplicate);
  auto branch = resumption_psk(door.people[0]->group());
  branch.usage = ResumptionPskUsage::branch;
  branch.psk_nonce = Bytes(32);
  CHECK(with({branch}) == Errc::mls_proposal_psk_invalid);
}

TEST_CASE("who joins must support what the group asks of its members") {
  Door door(277);
  CommitRequest request;
  request.group_context_extensions = Extensions{{extension_tern_policy, {1}}};
  deliver(door.people[0]->commit(request).value(), *door.people[0], door.people);
  CHECK(door.refused([&](Commit& it) {
    it.path->leaf_node.capabilities.extensions.clear();
    door.sign_again(it.path->leaf_node);
  }) == Errc::mls_leaf_capabilities_missing);
  CHECK(door.refused([&](Commit& it) {
    it.path->leaf_node.extensions.push_back({0xF124, {}});
    door.sign_again(it.path->leaf_node);
  }) == Errc::mls_leaf_extension_unsupported);
}

TEST_CASE("a joiner with a member's signature key is refused by the members too") {
  Door door(278);
  const auto& key = door.people[2]->identity.signing_key;
  CHECK(door.refused(
            [&](Commit& it) {
              it.path->leaf_node.signature_key = key.verify_key();
              sign_leaf(it.path->leaf_node, {door.people[0]->group().group_id(), {3}}, key);
            },
            {}, &key) == Errc::mls_leaf_key_not_unique);
}

TEST_CASE("nobody outside sends application data") {
  Door door(279);
  const auto body = application_body("let me in");
  for (const auto& person : door.people)
    person->acquaintances.let_in = {SenderType::new_member_commit, SenderType::new_member_proposal,
                                    SenderType::external};
  for (const auto type :
       {SenderType::external, SenderType::new_member_proposal, SenderType::new_member_commit}) {
    PublicMessage message;
    message.message.wire_format = WireFormat::public_message;
    message.message.content =
        door.people[0]->group().state().own_content(ContentType::application, {});
    message.message.content.sender = Sender(type);
    message.message.content.body = body;
    CHECK(error_of(door.people[1]->receive(encode_public(message))) ==
          Errc::mls_content_type_invalid);
  }
}
