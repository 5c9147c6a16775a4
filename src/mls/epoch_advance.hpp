// From one epoch to the next (RFC 9420 §8, §12.4): what making and processing a commit share.
#pragma once

#include "mls/epoch.hpp"
#include "mls/proposal_list.hpp"
#include "mls/transcript_hash.hpp"

namespace tern::mls {

/// The next epoch before the commit's signature is known: the tree is final, the context is the
/// provisional one (§12.4.1), with the old confirmed_transcript_hash.
struct ProvisionalEpoch {
  GroupContext context;
  RatchetTree tree;
  GroupParameters parameters;
  std::optional<ReInit> reinit;
};
/// `applied.tree` must have its path merged and its hashes computed.
ProvisionalEpoch provisional_epoch(const Epoch& before, AppliedProposals& applied);

/// One member's private part of the next epoch.
struct PrivateEpoch {
  LeafIndex own_leaf;
  PrivateKeys keys;
  Secret commit_secret;                              ///< all zeros for a commit without a path
  Secret psk_secret;                                 ///< all zeros for one without PSKs
  std::optional<Secret> init_secret = std::nullopt;  ///< of an external commit (§8.3)
};

struct AdvancedEpoch {
  Epoch epoch;
  Secret joiner_secret;
  Secret encryption_secret;
};
/// `commit.auth` needs its signature only; the epoch has the confirmation tag.
AdvancedEpoch advance_epoch(const Epoch& before, ProvisionalEpoch provisional, PrivateEpoch mine,
                            const AuthenticatedContent& commit);

}  // namespace tern::mls
