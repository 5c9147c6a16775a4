// What Group does with the handshake messages of others (RFC 9420 §12): their content, decrypted
// and with its signature verified.
#pragma once

#include "mls/group_state.hpp"
#include "mls/proposal_validation.hpp"

namespace tern::mls {

/// How leaves in received messages are judged (§7.3).
inline Judge judge_received(Authenticator& authenticator, std::uint64_t now_s) {
  if (authenticator.judges_received_lifetimes()) return {authenticator, now_s};
  return {authenticator, std::nullopt};
}

/// §12.1: validates a proposal and keeps it in the next state. Errors: those of
/// validate_proposal(), mls_too_many_proposals.
Result<ProposalReceived> receive_proposal(const GroupState& state,
                                          const AuthenticatedContent& message, const Judge& judge);

/// §12.4.2. Errors: those of apply_proposals(), validate_successor(), merge_path() and
/// decrypt_path(), and mls_proposal_unknown, mls_commit_path_required,
/// mls_confirmation_tag_invalid, counter_exhausted.
Result<CommitReceived> process_commit(const GroupState& state, const AuthenticatedContent& commit,
                                      const Judge& judge);

/// §12.1, §12.4.2: that a message is of this group and this epoch. Errors: mls_group_id_mismatch,
/// mls_epoch_mismatch.
Result<void> check_place(ByteSpan group_id, std::uint64_t message_epoch, const Epoch& epoch);
/// What authentic content says. `generation` is an application message's. Errors: those of
/// receive_proposal() and process_commit().
Result<Received> receive_content(GroupState& state, const AuthenticatedContent& message,
                                 const Judge& judge, std::uint32_t generation);
/// §6.2. Errors: the application's, mls_sender_not_member, mls_own_message,
/// mls_sender_type_not_allowed, mls_content_type_invalid, mls_membership_tag_invalid,
/// mls_signature_invalid, and as above.
Result<Received> receive_public(GroupState& state, ByteSpan body, const Judge& judge);

/// The record of a proposal in the order in which they came.
RecordChange pending_record(const PendingProposals& pending, std::size_t position);

}  // namespace tern::mls
