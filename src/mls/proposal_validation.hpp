// Whether one proposal is valid (RFC 9420 §12.1); whether a list of them is: proposal_list.hpp.
#pragma once

#include "mls/epoch.hpp"

namespace tern::mls {

/// What a leaf or a proposal is judged by.
struct Judge {
  Authenticator& authenticator;
  /// For lifetimes; none: they are not judged by the clock.
  std::optional<std::uint64_t> now_s;
  LifetimeRule lifetimes() const { return {now_s, authenticator.leaf_lifetime_s_max()}; }
};

/// The rules of §12.1 that concern one proposal of `sender` in this epoch. What the group requires
/// of leaves is left to the list, since a GroupContextExtensions may change it (§12.3).
/// Errors: mls_proposal_sender_not_allowed, mls_proposal_removes_blank, mls_proposal_psk_invalid,
/// mls_proposal_external_init_invalid, mls_version_unknown, mls_leaf_encryption_key_not_new,
/// mls_extension_invalid, mls_proposal_extensions_unsupported, those of check_key_package() and
/// check_leaf_itself(), and the application's own.
Result<void> validate_proposal(const Proposal& proposal, const Sender& sender, const Epoch& epoch,
                               const Judge& judge);

/// §7.3 for a leaf that takes the place of the one at `index`: by an Update, or a commit's path.
/// Errors: mls_leaf_encryption_key_not_new and as above.
Result<void> validate_successor(const LeafNode& leaf, LeafIndex index, LeafNodeSource source,
                                const Epoch& epoch, const Judge& judge);

/// §5.3.1: the application's word on each external sender that an extension brings.
Result<void> check_external_senders(const GroupParameters& parameters,
                                    Authenticator& authenticator);

}  // namespace tern::mls
