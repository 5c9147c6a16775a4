// The proposals of this epoch, kept until a commit names them by reference (RFC 9420 §12.1).
#pragma once

#include <map>
#include <memory>

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
  /// Errors: mls_too_many_proposals, for the number or the bytes of the sender's.
  Result<void> add(PendingPointer proposal);
  /// Null when it was not seen in this epoch.
  const PendingProposal* find(const ProposalRef& ref) const;

 private:
  std::vector<PendingPointer> all_;
  std::vector<PendingPointer> by_ref_;  // sorted
  // Each sender is bounded alone: its proposals are in one order for all who receive them, while
  // it counts its own when it makes them. A bound on all of them would let one in here and keep it
  // out there, and a commit that names it would split the group.
  struct Amount {
    std::size_t count = 0;
    std::size_t bytes = 0;
  };
  std::map<Sender, Amount> of_sender_;
};

}  // namespace tern::mls
