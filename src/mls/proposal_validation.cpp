#include "mls/proposal_validation.hpp"

#include <algorithm>

#include "mls/key_package_validation.hpp"

namespace tern::mls {
namespace {

// §12.1.8: "only the following types may be sent by an external sender". §12.1.8, §6: a new member
// proposes to add itself, and nothing else.
bool may_send(SenderType sender, ProposalType type) {
  switch (sender) {
    case SenderType::member:
      return true;
    case SenderType::external:
      return type != ProposalType::update && type != ProposalType::external_init;
    case SenderType::new_member_proposal:
      return type == ProposalType::add;
    case SenderType::new_member_commit:
      return type == ProposalType::external_init || type == ProposalType::remove ||
             type == ProposalType::psk;
  }
  return false;
}

struct Rules {
  const Sender& sender;
  const Epoch& epoch;
  const Judge& judge;

  // §12.1.1: "An Add proposal is invalid if the KeyPackage is invalid".
  Result<void> operator()(const Add& add) const {
    TERN_TRY(check_key_package(add.key_package, judge.lifetimes()));
    const auto& leaf = add.key_package.leaf_node;
    return judge.authenticator.check_leaf(leaf.credential, leaf.signature_key);
  }
  // §12.1.2: "An Update proposal is invalid if the LeafNode is invalid for an Update proposal".
  Result<void> operator()(const Update& update) const {
    return validate_successor(update.leaf_node, {sender.index}, LeafNodeSource::update, epoch,
                              judge);
  }
  // §12.1.3: "A Remove proposal is invalid if the removed field does not identify a non-blank leaf
  // node."
  Result<void> operator()(const Remove& remove) const {
    if (!epoch.tree->leaf(remove.removed)) return Errc::mls_proposal_removes_blank;
    return {};
  }
  Result<void> operator()(const PreSharedKeyProposal& proposal) const {
    return check_psk_id(proposal.psk, PskPlace::group);
  }
  // §12.1.5: "A ReInit proposal is invalid if the version field is less than the version for the
  // current group."
  Result<void> operator()(const ReInit& reinit) const {
    if (reinit.version < epoch.context.version) return Errc::mls_version_unknown;
    return {};
  }
  // §12.1.6: "This proposal can only be used in that context": by value, in an external commit.
  Result<void> operator()(const ExternalInit&) const {
    if (sender.type != SenderType::new_member_commit)
      return Errc::mls_proposal_external_init_invalid;
    return {};
  }
  Result<void> operator()(const GroupContextExtensions& proposal) const {
    TERN_ASSIGN(const auto parameters, group_parameters(proposal.extensions));
    return check_external_senders(parameters, epoch.parameters, judge.authenticator);
  }
};

}  // namespace

Result<void> validate_proposal(const Proposal& proposal, const Sender& sender, const Epoch& epoch,
                               const Judge& judge) {
  if (!may_send(sender.type, type_of(proposal))) return Errc::mls_proposal_sender_not_allowed;
  TERN_TRY(judge.authenticator.check_proposal(sender, proposal));
  return std::visit(Rules{sender, epoch, judge}, proposal);
}

Result<void> validate_successor(const LeafNode& leaf, LeafIndex index, LeafNodeSource source,
                                const Epoch& epoch, const Judge& judge) {
  const auto predecessor = epoch.tree->leaf(index)->decoded();
  // §7.3: "and that encryption_key represents a different public key than the encryption_key in
  // the leaf node being replaced". §12.4.2 says the same of a commit's path.
  if (leaf.encryption_key == predecessor.encryption_key)
    return Errc::mls_leaf_encryption_key_not_new;
  TERN_TRY(check_leaf_itself(leaf, encode(leaf), {epoch.context.group_id, index}, source));
  // §5.3.1: "When a member receives a Commit with an UpdatePath whose LeafNode has a new credential
  // for the committer", and the same of an Update. What the members have accepted before is not
  // asked about again: they may have heard of a revocation at different times, and all must come to
  // the same verdict.
  if (leaf.credential == predecessor.credential && leaf.signature_key == predecessor.signature_key)
    return {};
  TERN_TRY(judge.authenticator.check_leaf(leaf.credential, leaf.signature_key));
  // §5.3.1: "the AS MUST also verify that the set of presented identifiers in the new credential
  // is valid as a successor to the set of presented identifiers in the old credential".
  if (leaf.credential != predecessor.credential)
    return judge.authenticator.check_successor(predecessor.credential, leaf.credential);
  return {};
}

Result<void> check_external_senders(const GroupParameters& parameters,
                                    const GroupParameters& before, Authenticator& authenticator) {
  const auto& known = before.external_senders;
  for (const auto& sender : parameters.external_senders)
    // Who was accepted before is not asked about again, as in validate_successor().
    if (std::find(known.begin(), known.end(), sender) == known.end())
      TERN_TRY(authenticator.check_external_sender(sender));
  return {};
}

}  // namespace tern::mls
