// The proposals of one commit: whether the list is valid (RFC 9420 §12.2), and what it does to the
// tree and the GroupContext (§12.3).
#pragma once

#include "mls/pending_proposals.hpp"
#include "mls/proposal_validation.hpp"

namespace tern::mls {

/// A proposal that a commit covers. Points into the commit, or the pending proposals.
struct ListedProposal {
  const Proposal* proposal = nullptr;
  Sender sender;
  const PendingProposal* pending = nullptr;  ///< null when the commit carries it by value
};
using ProposalList = std::vector<ListedProposal>;

/// Looks up what the commit names by reference. Errors: mls_proposal_unknown.
Result<ProposalList> resolve_proposals(const Commit& commit, const Sender& committer,
                                       const PendingProposals& pending);

/// What the next epoch will be before the commit's path is merged.
struct AppliedProposals {
  RatchetTree tree;
  Extensions extensions;
  GroupParameters parameters;
  bool changes_extensions = false;
  bool requires_path = false;
  std::vector<LeafIndex> added;  ///< increasing
  std::vector<LeafIndex> updated;
  std::vector<LeafIndex> removed;               ///< increasing
  std::vector<const KeyPackage*> key_packages;  ///< of `added`
  std::vector<PreSharedKeyId> psks;             ///< in the order of the list
  std::optional<ReInit> reinit;
  std::optional<crypto::DhPublicKey> external_init;  ///< the kem_output of an external commit

  std::vector<LeafIndex> changed_leaves() const;
};

/// §12.2, then §12.3, then the validity of the tree that comes of it. The proposals are valid one
/// by one: those by reference since they were received, those by value since the caller looked.
/// Errors of a regular commit: mls_too_many_proposals, mls_proposal_update_by_committer,
/// mls_proposal_removes_committer, mls_proposal_removes_blank, mls_proposal_duplicate,
/// mls_proposal_adds_member_again, mls_proposal_reinit_not_alone,
/// mls_proposal_external_init_invalid, mls_proposal_extensions_unsupported, mls_tree_too_large,
/// mls_leaf_key_not_unique, and those of check_leaf_in_group(). The caller's is
/// check_credential_types(), for the committer's leaf may still change. Of an external one:
/// mls_proposal_external_init_invalid, mls_proposal_duplicate; it does not add the joiner.
Result<AppliedProposals> apply_proposals(const ProposalList& list, const Sender& committer,
                                         const Epoch& epoch, const LifetimeRule& lifetimes);

}  // namespace tern::mls
