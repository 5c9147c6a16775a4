// Which proposals a new commit covers (RFC 9420 §12.4: all that are valid, as long as the list is).
#pragma once

#include <deque>

#include "mls/group_state.hpp"
#include "mls/proposal_list.hpp"

namespace tern::mls {

struct CommitPlan {
  std::vector<ProposalOrRef> proposals;  ///< as the commit will carry them
  AppliedProposals applied;
  std::vector<LeafIndex> added;
  /// Of `added`; owned by the pending proposals, or by `own`.
  std::vector<const KeyPackage*> key_packages;
  std::deque<Proposal> own;  ///< those that the commit carries by value
  TreeTransport tree_transport = TreeTransport::in_welcome;
};

/// Errors: those of validate_proposal() and apply_proposals() for what was asked for. Proposals of
/// others that cannot be committed together with it are left out.
Result<CommitPlan> plan_commit(const CommitRequest& request, const GroupState& state,
                               const Judge& judge, Entropy& entropy);

}  // namespace tern::mls
