// Joining by an external commit (RFC 9420 §12.4.3.2), and the GroupInfo that it is made from.
#include "mls/epoch_advance.hpp"
#include "mls/group_info_creation.hpp"
#include "mls/group_info_validation.hpp"
#include "mls/group_state.hpp"
#include "mls/handshake.hpp"
#include "mls/key_package_record.hpp"
#include "mls/psk_lookup.hpp"
#include "mls/public_message.hpp"

namespace tern::mls {
namespace {

// §12.4.3.2: struct { HPKEPublicKey external_pub; } ExternalPub
Result<crypto::DhPublicKey> external_pub_of(const GroupInfo& info) {
  const auto* extension = find_extension(info.extensions, extension_external_pub);
  if (!extension)
    return Error(Errc::mls_extension_invalid,
                 "§12.4.3.2: \"a new member needs a GroupInfo with an external_pub extension\"");
  Reader reader(extension->data);
  TERN_ASSIGN(const auto key, read_opaque<crypto::DhPublicKey>(reader, Errc::key_invalid));
  TERN_TRY(reader.finish());
  return key;
}

// The epoch that the GroupInfo is of, as far as somebody who is no member knows it.
Epoch outside_view(GroupInfo info, CheckedGroupInfo checked) {
  auto encoded_context = encode(info.group_context);
  const auto interim =
      interim_transcript_hash(info.group_context.confirmed_transcript_hash, info.confirmation_tag);
  return {std::move(info.group_context),
          std::move(encoded_context),
          info.confirmation_tag,
          interim,
          {},
          std::move(checked.tree),
          {},
          {},
          std::move(checked.parameters)};
}

struct Proposals {
  std::vector<Proposal> all;
  Secret init_secret;
};

Result<Proposals> make_proposals(const GroupInfo& info, const ExternalJoinRequest& request,
                                 Entropy& entropy) {
  TERN_ASSIGN(const auto external_pub, external_pub_of(info));
  TERN_ASSIGN(auto init, make_external_init(external_pub, entropy));
  Proposals out{{ExternalInit{init.kem_output}}, std::move(init.init_secret)};
  if (request.replaces) out.all.push_back(Remove{*request.replaces});
  for (auto psk : request.psks) {
    psk.psk_nonce = fresh_psk_nonce(entropy);
    out.all.push_back(PreSharedKeyProposal{std::move(psk)});
  }
  return out;
}

Result<AppliedProposals> apply(const std::vector<Proposal>& proposals, const Sender& sender,
                               const Epoch& epoch, const Judge& judge) {
  ProposalList list;
  for (const auto& proposal : proposals) {
    TERN_TRY(validate_proposal(proposal, sender, epoch, judge));
    list.push_back({&proposal, sender, nullptr});
  }
  return apply_proposals(list, sender, epoch, judge.lifetimes());
}

std::vector<ProposalOrRef> by_value(const std::vector<Proposal>& proposals) {
  return {proposals.begin(), proposals.end()};
}

// §7.3: "Verify that the following fields are unique among the members of the group".
Result<void> check_unique(const RatchetTree& tree, LeafIndex index) {
  const auto& leaf = *tree.leaf(index);
  if (tree.count_signature_key(leaf.signature_key()) != 1) return Errc::mls_leaf_key_not_unique;
  return check_credential_types(tree, {&index, 1});
}

// §12.2: "the credential in the LeafNode MUST present a set of identifiers that is acceptable to
// the application for the removed participant." For who makes such a commit, as for who processes
// it.
Result<void> check_replaces(const AppliedProposals& applied, const Epoch& before,
                            const Identity& me, Authenticator& authenticator) {
  for (const auto removed : applied.removed)
    TERN_TRY(authenticator.check_successor(before.tree->leaf(removed)->decoded().credential,
                                           me.credential));
  return {};
}

struct JoinedPath {
  LeafIndex leaf;
  NewPath path;
};

// "The joiner is added at the leftmost free leaf node (just as if they were added with an Add
// proposal), and the path is calculated relative to that leaf node."
Result<JoinedPath> add_joiner(AppliedProposals& applied, ByteSpan group_id, const Identity& me,
                              Entropy& entropy) {
  TERN_TRY(check_extension_list(me.leaf_extensions));
  auto leaf = make_leaf(me, {}, crypto::DhKeyPair::generate(entropy).public_key, entropy);
  TERN_ASSIGN(const auto index, applied.tree.add(Leaf::of(leaf)));
  auto path = create_path(applied.tree, index, std::move(leaf), group_id, me.signing_key, entropy);
  TERN_TRY(check_unique(applied.tree, index));
  TERN_TRY(check_leaf_in_group(path.path.leaf_node, {applied.parameters, std::nullopt}));
  return JoinedPath{index, std::move(path)};
}

}  // namespace

Result<Bytes> Group::group_info(TreeTransport tree, const Identity& me, Entropy& entropy) const {
  TERN_TRY(state_->check_goes_on());
  TERN_TRY(state_->check_identity(me));
  const auto& epoch = *state_->epoch;
  if (tree == TreeTransport::in_welcome) TERN_TRY(epoch.read_tree());
  Writer external_pub;
  external_pub.vector(external_key_pair(epoch.secrets.external).public_key);
  const auto info = make_group_info(
      epoch, tree, {{extension_external_pub, std::move(external_pub).take()}}, me, entropy);
  Writer writer;
  write_message_header(writer, WireFormat::group_info);
  write(writer, info);
  return std::move(writer).take();
}

Result<ExternalJoin> Group::join_externally(ByteSpan group_info, const ExternalJoinRequest& request,
                                            const Identity& me, Authenticator& authenticator,
                                            std::uint64_t now_s, Entropy& entropy) {
  TERN_ASSIGN(const auto body, open_message(group_info, WireFormat::group_info));
  TERN_ASSIGN(auto info, decode<GroupInfo>(body));
  const auto judge = judge_received(authenticator, now_s);
  TERN_ASSIGN(auto checked,
              check_group_info(info, body, request.ratchet_tree, request.workers, judge));
  if (info.group_context.epoch == UINT64_MAX) return Errc::counter_exhausted;
  TERN_ASSIGN(auto proposals, make_proposals(info, request, entropy));
  const auto before = outside_view(std::move(info), std::move(checked));

  // "The sender type for the AuthenticatedContent encapsulating the external Commit MUST be
  // new_member_commit."
  const Sender sender{SenderType::new_member_commit, 0};
  TERN_ASSIGN(auto applied, apply(proposals.all, sender, before, judge));
  TERN_TRY(check_replaces(applied, before, me, authenticator));
  const auto psks = applied.psks;
  TERN_ASSIGN(auto joined, add_joiner(applied, before.context.group_id, me, entropy));
  auto& path = joined.path;
  auto provisional = provisional_epoch(before, applied);
  TERN_TRY(encrypt_path(path, provisional.tree, joined.leaf, {}, encode(provisional.context),
                        entropy, request.workers));

  const auto commit = encode(Commit{by_value(proposals.all), std::move(path.path)});
  AuthenticatedContent message;
  message.wire_format = WireFormat::public_message;
  message.content = {before.context.group_id,    before.context.epoch, sender,
                     request.authenticated_data, ContentType::commit,  commit};
  // "External Commits MUST be signed by the new member."
  message.auth.signature =
      sign_content(message.wire_format, message.content, before.encoded_context, me.signing_key);
  PrivateEpoch mine{joined.leaf,
                    {std::move(path.leaf_key), std::move(path.derived.keys)},
                    std::move(path.derived.commit_secret),
                    {},
                    std::move(proposals.init_secret)};
  TERN_ASSIGN(mine.psk_secret, find_psk_secret(psks, {}, authenticator));
  auto next = advance_epoch(before, std::move(provisional), std::move(mine), message);
  message.auth.confirmation_tag = next.epoch.confirmation_tag;
  return ExternalJoin{encode_public({message, std::nullopt}),
                      std::make_unique<Group>(GroupState::start(
                          std::move(next.epoch), std::move(next.encryption_secret)))};
}

}  // namespace tern::mls
