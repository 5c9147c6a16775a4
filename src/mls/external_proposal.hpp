// Proposals of those who are no members (RFC 9420 §12.1.8).
#pragma once

#include "mls/key_package.hpp"
#include "mls/proposal.hpp"

namespace tern::mls {

/// The epoch of the group that a proposal is for.
struct ProposalPlace {
  ByteSpan group_id;
  std::uint64_t epoch = 0;
  ByteSpan authenticated_data;
};

/// A proposal of the sender whom the group's external_senders extension names at `sender_index`:
/// Add, Remove, PreSharedKey, ReInit or GroupContextExtensions. A PublicMessage. Errors:
/// mls_proposal_sender_not_allowed.
Result<Bytes> external_proposal(const ProposalPlace& place, std::uint32_t sender_index,
                                const Proposal& proposal, const crypto::SigningKey& key);

/// A new member's proposal to be added, with a KeyPackage message of its own: sender type
/// new_member_proposal. A PublicMessage. Errors: those of the KeyPackage's structure,
/// invalid_argument when `me` does not hold its key.
Result<Bytes> propose_joining(const ProposalPlace& place, ByteSpan key_package, const Identity& me);

}  // namespace tern::mls
