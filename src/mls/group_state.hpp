// What a Group is made of: an epoch, which copies share, and what its messages change.
#pragma once

#include <algorithm>

#include "mls/epoch.hpp"
#include "mls/group.hpp"
#include "mls/pending_proposals.hpp"
#include "mls/secret_tree.hpp"

namespace tern::mls {

struct GroupState {
  std::shared_ptr<const Epoch> epoch;
  SecretTree secret_tree;
  PendingProposals pending;
  std::optional<LeafIndex> inviter = std::nullopt;  ///< Group::inviter()
  Extensions welcome_extensions = {};               ///< Group::welcome_extensions()

  /// Shares the epoch where nothing of it can change any more: clones may go to other threads.
  GroupState clone() const {
    return {epoch->tree.is_whole() ? epoch : std::make_shared<const Epoch>(epoch->clone()),
            secret_tree.clone(), pending, inviter, welcome_extensions};
  }
  static std::unique_ptr<GroupState> start(Epoch epoch, Secret encryption_secret) {
    SecretTree secret_tree(std::move(encryption_secret), epoch.tree.width(), mark_of(epoch));
    return std::make_unique<GroupState>(GroupState{
        std::make_shared<const Epoch>(std::move(epoch)), std::move(secret_tree), {}, {}});
  }
  /// Of the epoch_authenticator, which no two epochs share (§8.7).
  static SecretTree::Mark mark_of(const Epoch& epoch) {
    SecretTree::Mark mark;
    const auto authenticator = epoch.secrets.authenticator.span();
    std::copy_n(authenticator.begin(), mark.size(), mark.begin());
    return mark;
  }

  const Leaf& own() const { return *epoch->tree.leaf(epoch->own_leaf).value(); }
  /// Errors: invalid_argument when `me` does not hold the key of the own leaf;
  /// mls_extension_invalid for a leaf that nobody could read.
  Result<void> check_identity(const Identity& me) const {
    if (me.signing_key.verify_key() != own().signature_key())
      return Error(Errc::invalid_argument, "this identity's key is not the one in the group");
    return check_extension_list(me.leaf_extensions);
  }

  /// §12.4.2: "If the Commit included a ReInit proposal, the client MUST NOT use the group to send
  /// messages anymore." Errors: mls_reinitialized.
  Result<void> check_goes_on() const {
    if (epoch->reinit) return Errc::mls_reinitialized;
    return {};
  }

  /// A handshake is signed for the wire format that it goes out in. Errors: invalid_argument.
  static Result<void> check_format(WireFormat format) {
    if (format == WireFormat::private_message || format == WireFormat::public_message) return {};
    return Error(Errc::invalid_argument, "a handshake is a PrivateMessage or a PublicMessage");
  }

  /// Content of the own member in this epoch, to be filled with a body.
  FramedContent own_content(ContentType type, ByteSpan authenticated_data) const {
    return {epoch->context.group_id,
            epoch->context.epoch,
            Sender(epoch->own_leaf),
            authenticated_data,
            type,
            {}};
  }
  /// Encrypts signed content of the own member (§6.3) and consumes the key: what to write is
  /// appended to `changes`. Errors: counter_exhausted, mls_state_malformed.
  Result<Bytes> encrypt(const AuthenticatedContent& message, RecordChanges& changes,
                        Entropy& entropy);
  /// A signed handshake of the own member as an MLSMessage of its wire format (§6.2, §6.3).
  Result<Bytes> frame(const AuthenticatedContent& message, RecordChanges& changes,
                      Entropy& entropy);
};

}  // namespace tern::mls
