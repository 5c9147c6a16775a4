// RFC 9420 §12.1.8: proposals of those who are no members.
#include "hostile.hpp"
#include "mls/external_proposal.hpp"
#include "mls/public_message.hpp"

using namespace tern;
using namespace tern::test;
using namespace tern::mls;

namespace {

struct Office {
  explicit Office(std::uint64_t seed) : entropy(seed), service("service", entropy) {
    std::vector<ExternalSender> senders = {
        {service.identity.signing_key.verify_key(), service.identity.credential}};
    Writer list;
    write_list(list, senders);
    people.push_back(std::make_unique<Person>("anna", entropy));
    people.push_back(std::make_unique<Person>("bo", entropy));
    people[0]->create("an office", {{extension_external_senders, std::move(list).take()}});
    const auto bundle = people[1]->key_package();
    auto commit = people[0]->add({bundle.message}).value();
    people[1]->join(commit, bundle);
    people[0]->accept(std::move(commit.next));
    for (const auto& person : people)
      person->acquaintances.let_in = {SenderType::external, SenderType::new_member_proposal};
  }

  ProposalPlace place() {
    const auto& group = people[0]->group();
    return {group.group_id(), group.epoch(), {}};
  }
  Bytes propose(const Proposal& proposal) {
    return external_proposal(place(), 0, proposal, service.identity.signing_key).value();
  }
  // Without the checks of the one who makes it.
  Bytes forge(const Proposal& proposal, const Sender& sender, const crypto::SigningKey& key) {
    const auto body = encode(proposal);
    const auto at = place();
    PublicMessage out;
    out.message.wire_format = WireFormat::public_message;
    out.message.content = {at.group_id, at.epoch, sender, {}, ContentType::proposal, body};
    out.message.auth.signature =
        sign_content(WireFormat::public_message, out.message.content, {}, key);
    return encode_public(out);
  }
  void all_receive(ByteSpan message) {
    for (const auto& person : people) {
      const auto received = person->receive(message);
      INFO((received ? "" : received.error().message()));
      REQUIRE(received.has_value());
    }
  }
  Errc refused(ByteSpan message) { return error_of(people[1]->receive(message)); }

  SeededEntropy entropy;
  Person service;
  std::vector<std::unique_ptr<Person>> people;
};

}  // namespace

TEST_CASE("a sender whom the group names proposes from outside, and a member commits it") {
  Office office(250);
  Person carol("carol", office.entropy);
  const auto bundle = carol.key_package();
  office.all_receive(
      office.propose(Add{PrivateKeyPackage::decode(bundle.private_record)->key_package}));
  office.people[1]->reopen();
  auto commit = office.people[1]->commit({}).value();
  const auto received = office.people[0]->receive(commit.message).value();
  const auto& added = std::get<CommitReceived>(received).added;
  REQUIRE(added.size() == 1);
  CHECK(added[0].proposer == Sender(SenderType::external, 0));
  carol.join(commit, bundle);
  office.people[1]->accept(std::move(commit.next));
  CHECK(agree(*office.people[0], carol));
  CHECK(agree(*office.people[1], carol));
}

TEST_CASE("an external sender may propose to remove, a PSK, a ReInit and other extensions") {
  Office office(251);
  PreSharedKeyId psk = external_psk("code word");
  psk.psk_nonce = Bytes(32, 1);
  const auto extensions = office.people[0]->group().group_context_extensions();
  for (const Proposal& proposal :
       {Proposal(Remove{LeafIndex{1}}), Proposal(PreSharedKeyProposal{psk}),
        Proposal(ReInit{Bytes{1}, 1, 3, {}}), Proposal(GroupContextExtensions{extensions})}) {
    const auto received = office.people[0]->receive(office.propose(proposal)).value();
    CHECK(std::get<ProposalReceived>(received).sender == Sender(SenderType::external, 0));
  }
}

TEST_CASE("an external sender may not propose an Update or an ExternalInit") {
  Office office(252);
  for (const Proposal& proposal :
       {Proposal(Update{forge_update(*office.people[0])}), Proposal(ExternalInit{})}) {
    const auto& key = office.service.identity.signing_key;
    CHECK(error_of(external_proposal(office.place(), 0, proposal, key)) ==
          Errc::mls_proposal_sender_not_allowed);
    CHECK(office.refused(office.forge(proposal, Sender(SenderType::external, 0), key)) ==
          Errc::mls_proposal_sender_not_allowed);
  }
}

TEST_CASE("an external sender is one of the group's list, and signs") {
  Office office(253);
  const Proposal remove = Remove{LeafIndex{1}};
  const auto& key = office.service.identity.signing_key;
  for (const std::uint32_t nobody : {1u, 0xffffffffu})
    CHECK(office.refused(office.forge(remove, Sender(SenderType::external, nobody), key)) ==
          Errc::mls_sender_type_not_allowed);
  CHECK(office.refused(office.forge(remove, Sender(SenderType::external, 0),
                                    office.people[0]->identity.signing_key)) ==
        Errc::mls_signature_invalid);
  SeededEntropy entropy(254);
  const auto without = group_of(2, entropy);
  without[1]->acquaintances.let_in = {SenderType::external};
  const auto& group = without[0]->group();
  const auto message =
      external_proposal({group.group_id(), group.epoch(), {}}, 0, remove, key).value();
  CHECK(error_of(without[1]->receive(message)) == Errc::mls_sender_type_not_allowed);
}

TEST_CASE("somebody new proposes to be added, and is when a member commits it") {
  Office office(255);
  Person carol("carol", office.entropy);
  const auto bundle = carol.key_package();
  office.all_receive(propose_joining(office.place(), bundle.message, carol.identity).value());
  auto commit = office.people[0]->commit({}).value();
  REQUIRE(office.people[1]->receive(commit.message));
  carol.join(commit, bundle);
  office.people[0]->accept(std::move(commit.next));
  CHECK(agree(*office.people[1], carol));
}

TEST_CASE("somebody new proposes nothing but themselves") {
  Office office(256);
  Person carol("carol", office.entropy), other("other", office.entropy);
  const Sender joiner(SenderType::new_member_proposal);
  const auto& key = carol.identity.signing_key;
  CHECK(office.refused(office.forge(Remove{LeafIndex{1}}, joiner, key)) ==
        Errc::mls_proposal_sender_not_allowed);
  const Proposal add_other =
      Add{PrivateKeyPackage::decode(other.key_package().private_record)->key_package};
  CHECK(office.refused(office.forge(add_other, joiner, key)) == Errc::mls_signature_invalid);
  CHECK(error_of(propose_joining(office.place(), other.key_package().message, carol.identity)) ==
        Errc::invalid_argument);
  office.people[1]->acquaintances.refused = {"carol"};
  CHECK(office.refused(
            propose_joining(office.place(), carol.key_package().message, carol.identity).value()) ==
        Errc::mls_credential_refused);
}

TEST_CASE("proposals from outside are of this epoch, and readable") {
  Office office(257);
  const auto message = office.propose(Remove{LeafIndex{1}});
  for (const auto& person : office.people) person->acquaintances.let_in = {};
  CHECK(office.refused(message) == Errc::mls_wire_format_unexpected);
  for (const auto& person : office.people) person->acquaintances.let_in = {SenderType::external};
  deliver(office.people[0]->commit({}).value(), *office.people[0], office.people);
  CHECK(office.refused(message) == Errc::mls_epoch_mismatch);
}

TEST_CASE("proposals from outside are bounded, each sender's alone") {
  Office office(258);
  std::size_t taken = 0;
  for (std::uint32_t i = 0; i < 100; ++i) {
    PreSharedKeyId psk = external_psk("code word");
    psk.psk_nonce = Bytes(32, static_cast<std::uint8_t>(i));
    const auto received = office.people[0]->receive(office.propose(PreSharedKeyProposal{psk}));
    if (!received) CHECK(received.error() == Errc::mls_too_many_proposals);
    taken += received.has_value() ? 1 : 0;
  }
  CHECK(taken == 64);
  CHECK(office.people[1]
            ->group()
            .propose_update({}, office.people[1]->identity, office.entropy)
            .has_value());
}

TEST_CASE("somebody new asks once, and keeps nobody else from asking") {
  Office office(259);
  Person carol("carol", office.entropy), dora("dora", office.entropy);
  const auto bundle = carol.key_package();
  const Bytes other_data = {1};
  auto place = office.place();
  office.all_receive(propose_joining(place, bundle.message, carol.identity).value());
  place.authenticated_data = other_data;
  CHECK(office.refused(propose_joining(place, bundle.message, carol.identity).value()) ==
        Errc::mls_too_many_proposals);
  office.all_receive(
      propose_joining(office.place(), dora.key_package().message, dora.identity).value());
}

TEST_CASE("a proposal that cannot be committed does not keep the others from it") {
  Office office(264);
  Person carol("carol", office.entropy), dora("dora", office.entropy);
  const auto bundle = carol.key_package();
  office.all_receive(propose_joining(office.place(), bundle.message, carol.identity).value());
  // Dora's leaf has an encryption key that is in the tree: alone it is as good as any.
  KeyPackageForgery taken;
  const auto key = epoch_of(*office.people[0]).tree->leaf({1})->encryption_key();
  taken.edit_leaf = [&](LeafNode& leaf) { leaf.encryption_key = key; };
  office.all_receive(propose_joining(office.place(),
                                     message_of(forge_key_package(dora, taken).key_package),
                                     dora.identity)
                         .value());
  const auto commit = office.people[0]->commit({}).value();
  REQUIRE(commit.welcomes.size() == 1);
  CHECK(commit.welcomes[0].key_package == bundle.ref);
}

TEST_CASE("an external sender who stays is not asked about again, and one who is new is") {
  Office office(265);
  const auto kept = office.people[0]->group().group_context_extensions();
  office.people[1]->acquaintances.refused = {"service", "intruder"};
  auto with_policy = kept;
  with_policy.push_back({extension_tern_policy, {7}});
  CommitRequest request;
  request.group_context_extensions = with_policy;
  deliver(office.people[0]->commit(request).value(), *office.people[0], office.people);
  Person intruder("intruder", office.entropy);
  Writer list;
  write_list(list, std::vector<ExternalSender>{
                       {intruder.identity.signing_key.verify_key(), intruder.identity.credential}});
  request.group_context_extensions =
      Extensions{{extension_external_senders, std::move(list).take()}};
  CHECK(error_of(office.people[1]->receive(office.people[0]->commit(request).value().message)) ==
        Errc::mls_credential_refused);
}
