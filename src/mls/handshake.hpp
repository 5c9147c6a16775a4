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

/// The record of a proposal in the order in which they came.
RecordChange pending_record(const PendingProposals& pending, std::size_t position);

}  // namespace tern::mls
