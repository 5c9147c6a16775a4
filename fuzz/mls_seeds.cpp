#include "mls/commit.hpp"
#include "mls/external_proposal.hpp"
#include "mls/group_info.hpp"
#include "mls/key_package_record.hpp"
#include "mls/pending_proposals.hpp"
#include "mls/private_message.hpp"
#include "mls/public_message.hpp"
#include "mls/welcome.hpp"
#include "mls_office.hpp"
#include "mls_store.hpp"
#include "seed.hpp"

namespace tern::fuzzing {
namespace {

std::vector<Seed> seeds;

void add_seed(const std::string& target, const std::string& name, ByteSpan bytes) {
  seeds.push_back({target, name, to_bytes(bytes)});
}

void add_numbered(const std::string& target, const std::string& name, std::uint8_t first,
                  ByteSpan rest) {
  add_seed(target, name + "_" + std::to_string(first), after(first, rest));
}

mls::PreSharedKeyId with_nonce(mls::PreSharedKeyId id) {
  id.psk_nonce = Bytes(mls::kdf_bytes, 3);
  return id;
}

mls::PreSharedKeyId resumption() {
  mls::PreSharedKeyId id;
  id.type = mls::PskType::resumption;
  id.psk_group_id = to_bytes(as_bytes("an office"));
  id.psk_epoch = 1;
  return with_nonce(id);
}

mls::KeyPackage doras_package() {
  return mls::PrivateKeyPackage::decode(office().doras.private_record)->key_package;
}

std::vector<mls::Proposal> proposals() {
  const auto& extensions = office().annas->group_context_extensions();
  return {mls::Add{doras_package()},
          mls::Update{doras_package().leaf_node},
          mls::Remove{{2}},
          mls::PreSharedKeyProposal{with_nonce(code_word())},
          mls::ReInit{to_bytes(as_bytes("another office")), 1, 3, extensions},
          mls::ExternalInit{{}},
          mls::GroupContextExtensions{extensions}};
}

// A commit of Anna's in the open, and what follows from it.
mls::PendingCommit readable_commit(mls::CommitRequest request) {
  OpenDoor door;
  request.format = mls::WireFormat::public_message;
  crypto::DeterministicEntropy entropy(20);
  return office().annas->clone().commit(request, office().anna, door, now_s, entropy).value();
}

Bytes group_info_of(const mls::Group& group) {
  crypto::DeterministicEntropy entropy(21);
  return group.group_info(mls::TreeTransport::in_welcome, office().anna, entropy).value();
}

mls::ExternalJoin doras_join(const mls::ExternalJoinRequest& request) {
  OpenDoor door;
  crypto::DeterministicEntropy entropy(22);
  return mls::Group::join_externally(group_info_of(*office().annas), request, office().dora, door,
                                     now_s, entropy)
      .value();
}

ByteSpan inside(ByteSpan message) { return mls::open_message(message).value().body; }

// In the order of fuzz_mls_structures.cpp.
void add_structures() {
  const auto commit = readable_commit({.add = {office().doras.message}});
  const auto body = body_of(commit.message);
  const auto path = *mls::decode<mls::Commit>(body)->path;
  const ByteSpan secrets[] = {commit.welcomes[0].encrypted_group_secrets};
  const auto welcome = mls::assemble_welcome(secrets, commit.welcome_group_info);
  const mls::RequiredCapabilities required{{mls::extension_tern_policy}, {7}, {1}};
  const mls::ExternalSender sender{office().service.signing_key.verify_key(),
                                   office().service.credential};
  const mls::GroupSecrets group_secrets{
      *mls::Secret::from(Bytes(32, 1)), *mls::Secret::from(Bytes(32, 2)), {resumption()}};
  crypto::DeterministicEntropy entropy(23);
  const auto application =
      office().annas->clone().protect(as_bytes("Hallo"), as_bytes("12"), office().anna, entropy);
  const Bytes structures[] = {
      mls::encode(doras_package()),
      mls::encode(path.leaf_node),
      to_bytes(inside(welcome)),
      to_bytes(inside(group_info_of(*office().annas))),
      mls::encode(mls::Proposal(mls::Remove{{2}})),
      body,
      mls::encode(path),
      to_bytes(inside(commit.message)),
      mls::encode(resumption()),
      mls::encode(required),
      mls::encode(sender),
      mls::encode(mls::ParentNode{{}, mls::Digest{}, {1, 2, 5}}),
      to_bytes(mls::encode_secret(group_secrets)),
      to_bytes(inside(application->message)),
      mls::encode(mls::GroupContextExtensions{office().annas->group_context_extensions()})};
  for (std::size_t i = 0; i < std::size(structures); ++i)
    add_numbered("mls_structures", "structure", static_cast<std::uint8_t>(i), structures[i]);
  for (const auto& proposal : proposals())
    add_seed("mls_structures", "proposal_" + std::to_string(proposal.index()),
             after(4, mls::encode(proposal)));
}

void add_public() {
  const auto bodies = [&](Speaker speaker, const std::string& name, ByteSpan body) {
    add_numbered("mls_public", name, static_cast<std::uint8_t>(speaker), body);
  };
  for (const auto& proposal : proposals())
    for (const auto speaker :
         {Speaker::anna_proposes, Speaker::service_proposes, Speaker::dora_proposes})
      bodies(speaker, "proposal_" + std::to_string(proposal.index()), mls::encode(proposal));
  add_seed("mls_public", "proposal_committed_in_the_open",
           after(128 | static_cast<std::uint8_t>(Speaker::service_proposes),
                 mls::encode(mls::Proposal(mls::Remove{{2}}))));

  const auto commit = readable_commit({.remove = {{2}}, .psks = {code_word()}});
  bodies(Speaker::anna_commits, "commit", body_of(commit.message));
  bodies(Speaker::anna_commits, "commit_that_removes_reader",
         body_of(readable_commit({.remove = {{1}}}).message));
  for (const auto& request :
       {mls::ExternalJoinRequest{}, mls::ExternalJoinRequest{.psks = {code_word()}}}) {
    const auto join = doras_join(request);
    const auto name = "join_" + std::to_string(request.psks.size());
    bodies(Speaker::dora_commits, name, body_of(join.message));
    add_numbered("mls_public", name, speakers_count, join.message);
  }
  // §6 forbids it: an application message that anybody can read.
  auto readable = mls::decode<mls::PublicMessage>(inside(commit.message)).value();
  const Bytes text{2, 'H', 'i'};
  readable.message.content.content_type = mls::ContentType::application;
  readable.message.content.body = text;
  readable.message.auth.confirmation_tag.reset();
  add_numbered("mls_public", "application", speakers_count, mls::encode_public(readable));
  const auto& group = *office().annas;
  const mls::ProposalPlace place{group.group_id(), group.epoch(), {}};
  add_numbered("mls_public", "commit", speakers_count, commit.message);
  add_numbered("mls_public", "propose_joining", speakers_count,
               mls::propose_joining(place, office().doras.message, office().dora).value());
  add_numbered(
      "mls_public", "external_proposal", speakers_count,
      mls::external_proposal(place, 0, mls::Remove{{2}}, office().service.signing_key).value());
}

void add_group_info() {
  const auto info = group_info_of(*office().annas);
  add_seed("group_info", "as_it_is", after(1, info));
  add_seed("group_info", "of_a_member", after(0, inside(info)));
  add_seed("group_info", "in_place_of_cem", after(2 + (2 << 5), inside(info)));
  add_seed("group_info", "with_code_word", after(4, inside(info)));
}

// Blank leaves, unmerged ones and inner nodes.
void add_trees() {
  add_seed("ratchet_tree", "everybody", people().annas->ratchet_tree().value());
  add_seed("ratchet_tree", "office", office().annas->ratchet_tree().value());
  const auto updated = readable_commit({.remove = {{1}}});
  add_seed("ratchet_tree", "one_is_gone", updated.next->ratchet_tree().value());
  OpenDoor door;
  crypto::DeterministicEntropy entropy(24);
  mls::CommitRequest grow;
  for (const auto* name : {"eva", "finn", "gijs"})
    grow.add.push_back(
        mls::make_key_package({{mls::CredentialType::basic, to_bytes(as_bytes(name))},
                               crypto::SigningKey::generate(entropy)},
                              {now_s - 1, now_s + 86'400}, {}, entropy)
            .message);
  const auto grown =
      updated.next->clone().commit(grow, office().anna, door, now_s, entropy).value();
  add_seed("ratchet_tree", "some_are_new", grown.next->ratchet_tree().value());
}

void add_group_records() {
  add_seed("group_records", "whole", Bytes{0});
  add_seed("group_records", "whole_that_sends", Bytes{4});
  std::uint8_t number = 0;
  for (const auto& [key, value] : kept().records.all) {
    const auto name = "record_" + std::to_string(number);
    add_seed("group_records", name, after(1, after(number, value)));
    add_seed("group_records", name + "_changed", Bytes{0, number, 0, 20, 1});
    add_seed("group_records", name + "_made_right", Bytes{2 + 4, number, 0, 40, 4});
    ++number;
  }
}

void add_records() {
  add_numbered("mls_record", "key_package", 0, office().doras.private_record);
  constexpr std::size_t mark_bytes = 8;
  for (const auto& [key, value] : kept().records.all) {
    const auto name = "record_" + to_hex(key);
    if (key[0] == 'p') add_numbered("mls_record", name, 1, value);
    if (key[0] != 'r') continue;
    for (const std::uint8_t distance : {0, 1, 2, 130})
      add_numbered("mls_record", name + "_" + std::to_string(distance), 2,
                   after(distance, ByteSpan(value).subspan(mark_bytes)));
  }
}

}  // namespace

std::vector<Seed> mls_seeds() {
  add_structures();
  add_public();
  add_group_info();
  add_trees();
  add_group_records();
  add_records();
  return std::move(seeds);
}

}  // namespace tern::fuzzing
