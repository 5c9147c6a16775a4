// Proposals, sent and received (RFC 9420 §12.1): kept until a commit names them.
#include "mls/group_state.hpp"
#include "mls/handshake.hpp"
#include "mls/key_package_record.hpp"

namespace tern::mls {
namespace {

// What a proposal of one's own is made from.
struct Draft {
  Proposal proposal;
  std::optional<crypto::DhKeyPair> own_leaf_key;
};

Result<void> keep(PendingProposals& pending, PendingPointer proposal, RecordChanges& changes) {
  TERN_ASSIGN(const bool is_new, pending.add(std::move(proposal)));
  if (is_new) changes.changes.push_back(pending_record(pending, pending.all().size() - 1));
  return {};
}

Result<Protected> send(GroupState& state, Draft draft, const Envelope& envelope, const Identity& me,
                       Entropy& entropy) {
  TERN_TRY(state.check_goes_on());
  TERN_TRY(GroupState::check_format(envelope.format));
  const auto body = encode(draft.proposal);
  AuthenticatedContent message;
  message.wire_format = envelope.format;
  message.content = state.own_content(ContentType::proposal, envelope.authenticated_data);
  message.content.body = body;
  message.auth.signature = sign_content(message.wire_format, message.content,
                                        state.epoch->encoded_context, me.signing_key);
  const auto kept = std::make_shared<const PendingProposal>(
      PendingProposal{proposal_ref(message), message.content.sender, std::move(draft.proposal),
                      std::move(draft.own_leaf_key)});
  TERN_TRY(state.pending.check(*kept));
  Protected out;
  TERN_ASSIGN(out.message, state.frame(message, out.changes, entropy));
  TERN_TRY(keep(state.pending, kept, out.changes));
  return out;
}

}  // namespace

Result<Protected> Group::propose_remove(LeafIndex leaf, const Envelope& envelope,
                                        const Identity& me, Entropy& entropy) {
  TERN_TRY(state_->check_identity(me));
  TERN_ASSIGN(const auto* const removed, state_->epoch->tree.leaf(leaf));
  if (!removed) return Errc::mls_proposal_removes_blank;
  return send(*state_, {Remove{leaf}, std::nullopt}, envelope, me, entropy);
}

Result<Protected> Group::propose_add(ByteSpan key_package, const Envelope& envelope,
                                     const Identity& me, Authenticator& authenticator,
                                     std::uint64_t now_s, Entropy& entropy) {
  TERN_TRY(state_->check_identity(me));
  TERN_ASSIGN(auto opened,
              read_key_package(key_package, {now_s, authenticator.leaf_lifetime_s_max()}));
  const auto& leaf = opened.leaf_node;
  TERN_TRY(authenticator.check_leaf(leaf.credential, leaf.signature_key));
  return send(*state_, {Add{std::move(opened)}, std::nullopt}, envelope, me, entropy);
}

Result<Protected> Group::propose_update(const Envelope& envelope, const Identity& me,
                                        Entropy& entropy) {
  TERN_TRY(state_->check_identity(me));
  auto key = crypto::DhKeyPair::generate(entropy);
  auto leaf = state_->own().decoded();
  leaf.source = LeafNodeSource::update;
  leaf.encryption_key = key.public_key;
  present(leaf, me);
  sign_leaf(leaf, {group_id(), own_leaf()}, me.signing_key);
  return send(*state_, {Update{std::move(leaf)}, std::move(key)}, envelope, me, entropy);
}

Result<Protected> Group::propose_psk(PreSharedKeyId psk, const Envelope& envelope,
                                     const Identity& me, Entropy& entropy) {
  TERN_TRY(state_->check_identity(me));
  psk.psk_nonce = fresh_psk_nonce(entropy);
  TERN_TRY(check_psk_id(psk, PskPlace::group));
  return send(*state_, {PreSharedKeyProposal{std::move(psk)}, std::nullopt}, envelope, me, entropy);
}

Result<Protected> Group::propose_reinit(ReInit reinit, const Envelope& envelope, const Identity& me,
                                        Entropy& entropy) {
  TERN_TRY(state_->check_identity(me));
  TERN_TRY(check_extension_list(reinit.extensions));
  if (reinit.version < state_->epoch->context.version) return Errc::mls_version_unknown;
  return send(*state_, {std::move(reinit), std::nullopt}, envelope, me, entropy);
}

Result<Protected> Group::propose_extensions(Extensions extensions, const Envelope& envelope,
                                            const Identity& me, Authenticator& authenticator,
                                            Entropy& entropy) {
  TERN_TRY(state_->check_identity(me));
  TERN_TRY(check_extension_list(extensions));
  const Proposal proposal = GroupContextExtensions{std::move(extensions)};
  TERN_TRY(validate_proposal(proposal, Sender(own_leaf()), *state_->epoch,
                             {authenticator, std::nullopt}));
  return send(*state_, {proposal, std::nullopt}, envelope, me, entropy);
}

Result<ProposalReceived> receive_proposal(const GroupState& state,
                                          const AuthenticatedContent& message, const Judge& judge) {
  const auto& sender = message.content.sender;
  TERN_ASSIGN(auto proposal, decode<Proposal>(message.content.body));
  TERN_TRY(validate_proposal(proposal, sender, *state.epoch, judge));
  ProposalReceived out{sender,
                       to_bytes(message.content.authenticated_data),
                       proposal,
                       {},
                       state.epoch->context.epoch,
                       {}};
  if (const auto* remove = std::get_if<Remove>(&proposal)) out.removes = remove->removed;
  out.pending = std::make_shared<const PendingProposal>(
      PendingProposal{proposal_ref(message), sender, std::move(proposal), std::nullopt});
  TERN_TRY(state.pending.check(*out.pending));
  return out;
}

Result<RecordChanges> Group::keep(const ProposalReceived& received) {
  if (received.epoch != epoch()) return Errc::mls_epoch_mismatch;
  RecordChanges out;
  TERN_TRY(mls::keep(state_->pending, received.pending, out));
  return out;
}

}  // namespace tern::mls
