// The proposals of this epoch, kept until a commit names them by reference (RFC 9420 §12.1).
#pragma once

#include <map>
#include <memory>
#include <set>

#include "mls/commit.hpp"
#include "mls/framing.hpp"

namespace tern::mls {

struct PendingProposal {
  ProposalRef ref;
  Sender sender;
  Proposal proposal;
  /// Of one's own Update: the private key of the leaf that it proposes.
  std::optional<crypto::DhKeyPair> own_leaf_key;

  /// A record: everything, secret if there is a key.
  crypto::SecretBytes encode() const;
  /// Errors: mls_state_malformed.
  static Result<PendingProposal> decode(ByteSpan record);
};
using PendingPointer = std::shared_ptr<const PendingProposal>;

class PendingProposals {
 public:
  /// In the order in which they came.
  const std::vector<PendingPointer>& all() const { return all_; }
  /// Whether it may be added. Errors: mls_too_many_proposals, for the number or the bytes of the
  /// sender's.
  Result<void> check(const PendingProposal& proposal) const;
  /// False when it is here already. Errors: as check().
  Result<bool> add(PendingPointer proposal);
  /// Null when it was not seen in this epoch.
  const PendingProposal* find(const ProposalRef& ref) const;

 private:
  std::vector<PendingPointer> all_;
  std::map<ProposalRef, const PendingProposal*> by_ref_;
  // Each sender is bounded alone: its proposals are in one order for all who receive them, while
  // it counts its own when it makes them. A bound on all of them would let one in here and keep it
  // out there, and a commit that names it would split the group. Those who are new have no such
  // order among each other: only a delivery service that keeps one for all can prevent that.
  struct Amount {
    std::size_t count = 0;
    std::size_t bytes = 0;
  };
  std::map<Sender, Amount> of_sender_;
  // One proposal for each key of who is new, so that nobody takes the place of others.
  std::set<crypto::VerifyKey> new_members_;
};

}  // namespace tern::mls
