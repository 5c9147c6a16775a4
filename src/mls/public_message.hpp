// PublicMessage (RFC 9420 §6.2): signed, not encrypted.
#pragma once

#include "mls/framing.hpp"

namespace tern::mls {

struct PublicMessage {
  AuthenticatedContent message;
  std::optional<Mac> membership_tag;  ///< of senders that are members
};
template <>
Result<PublicMessage> read(Reader& reader);
void write(Writer& writer, const PublicMessage& message);

/// As an MLSMessage.
Bytes encode_public(const PublicMessage& message);

/// MAC(membership_key, AuthenticatedContentTBM).
Mac membership_tag(const AuthenticatedContent& message, ByteSpan group_context,
                   const Secret& membership_key);

/// Signs and tags `content`, of a member. For a commit, `confirmation_tag` comes with it.
/// Errors: mls_content_type_invalid for application content, which must be encrypted (§6).
Result<Bytes> protect_public(const FramedContent& content, std::optional<Mac> confirmation_tag,
                             ByteSpan group_context, const crypto::SigningKey& key,
                             const Secret& membership_key);

/// The checks of §6.2 for a message of a member whose leaf has `key`, except for the confirmation
/// tag. Errors: mls_content_type_invalid, mls_membership_tag_invalid, mls_signature_invalid.
Result<void> verify_public(const PublicMessage& message, ByteSpan group_context,
                           const crypto::VerifyKey& key, const Secret& membership_key);

}  // namespace tern::mls
