// What an application that uses this library decides (RFC 9420 §5.3.1, §8.4, §12.1.8, §12.2).
#pragma once

#include "mls/framing.hpp"
#include "mls/proposal.hpp"

namespace tern::mls {

/// What the application implements: the Authentication Service of RFC 9420 §5.3.1, the pre-shared
/// keys that it holds (§8.4), and what it lets in beside the PrivateMessages of members. Asked
/// about every leaf of a joined group, an Add, and an Update or a commit's path that brings another
/// credential or signature key than the leaf had.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// Accept, or say why not: the error becomes the operation's.
  virtual Result<void> check_leaf(const Credential& credential,
                                  const crypto::VerifyKey& signature_key) = 0;
  /// §5.3.1: whether `successor` may take the place of `predecessor` in the same leaf.
  virtual Result<void> check_successor(const Credential& predecessor,
                                       const Credential& successor) = 0;
  /// §7.3: whether the lifetimes of leaves in received messages and trees are judged by the clock,
  /// which is RECOMMENDED; those that are sent always are. By default not: a member that was away
  /// reads a commit months after the others did, and all must come to the same verdict on it.
  virtual bool judges_received_lifetimes() const { return false; }
  /// §7.2: "Applications MUST define a maximum total lifetime that is acceptable for a LeafNode".
  virtual std::uint64_t leaf_lifetime_s_max() const;
  /// Whom a credential presents, in a group and in its successor or subgroup (§11.2, §11.3): two
  /// are of the same client when this is equal. By default when they are equal themselves.
  virtual Bytes client_of(const Credential& credential) const;
  /// Whether somebody may propose from outside: asked about who is new in the external_senders
  /// extension (§12.1.8.1, §5.3.1). By default as a leaf is.
  virtual Result<void> check_external_sender(const ExternalSender& sender);
  /// Whether such a proposal of such a sender is let in, on its own or in a commit: "an application
  /// may extend the above procedure by additional rules" (§12.2), and "external proposals that are
  /// not authorized are considered invalid" (§12.1.8). All members must come to one verdict. By
  /// default all that RFC 9420 lets in.
  virtual Result<void> check_proposal(const Sender& sender, const Proposal& proposal);
  /// A PSK that the application holds: an external one, or the resumption_psk of an epoch that it
  /// has kept (Group::resumption_psk()). nullopt: it has none of that name. Group finds the
  /// resumption PSK of its own epoch by itself. An error of its own is this member's alone.
  virtual Result<std::optional<crypto::SecretBytes>> find_psk(const PreSharedKeyId& id);
  /// Whether a PublicMessage of such a sender is let in: its handshakes are readable by whoever
  /// carries them, and all senders that are no members need them (§6.2, §12.1.8, §12.4.3.2). By
  /// default mls_wire_format_unexpected for all of them.
  virtual Result<void> check_public_message(SenderType sender);
};

}  // namespace tern::mls
