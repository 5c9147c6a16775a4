// Who a leaf says it is, and the application's word on it (RFC 9420 §5.3).
#pragma once

#include <vector>

#include "crypto/signature.hpp"
#include "mls/message_types.hpp"
#include "mls/presentation.hpp"

namespace tern::mls {

struct PreSharedKeyId;

enum class CredentialType : std::uint16_t { basic = 1, x509 = 2 };

/// RFC 9420 §5.3. `identity` is meaningful for basic credentials; others keep their bytes in it
/// (for x509 the encoded certificate vector), so that they survive a round trip.
struct Credential {
  CredentialType type = CredentialType::basic;
  Bytes identity;
  friend bool operator==(const Credential&, const Credential&) = default;
};

/// Errors: mls_leaf_credential_unsupported for a type other than these.
template <>
Result<Credential> read(Reader& reader);
void write(Writer& writer, const Credential& credential);

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
  /// Whether two credentials present the same client: of a subgroup and of the group that it
  /// branches from, of a group and its successor (§11.2, §11.3).
  virtual bool is_same_client(const Credential& a, const Credential& b) const { return a == b; }
  /// A PSK that the application holds: an external one, or the resumption_psk of an epoch that it
  /// has kept (Group::resumption_psk()). nullopt: it has none of that name. Group finds the
  /// resumption PSK of its own epoch by itself.
  virtual Result<std::optional<crypto::SecretBytes>> find_psk(const PreSharedKeyId& id);
  /// Whether a PublicMessage of such a sender is let in: its handshakes are readable by whoever
  /// carries them, and all senders that are no members need them (§6.2, §12.1.8, §12.4.3.2). By
  /// default mls_wire_format_unexpected for all of them.
  virtual Result<void> check_public_message(SenderType sender);
};

}  // namespace tern::mls
