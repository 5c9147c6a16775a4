// Message framing and content authentication (RFC 9420 §6, §6.1).
//
// Content is kept as its encoded bytes: what is signed, hashed into the transcript and encrypted
// is the same bytes, made once.
#pragma once

#include "mls/labels.hpp"
#include "mls/message_types.hpp"
#include "mls/presentation.hpp"

namespace tern::mls {

/// MLSMessage: the version was checked, `body` is the structure that wire_format names.
struct MlsMessage {
  WireFormat wire_format;
  ByteSpan body;
};
/// Errors: mls_version_unknown, mls_wire_format_unexpected (one that RFC 9420 does not define).
Result<MlsMessage> open_message(ByteSpan message);
/// The body, if the message is of that format; else mls_wire_format_unexpected.
Result<ByteSpan> open_message(ByteSpan message, WireFormat expected);
/// ProtocolVersion and WireFormat: what an MLSMessage begins with.
void write_message_header(Writer& writer, WireFormat format);

/// Errors: mls_sender_type_not_allowed for an unknown type.
template <>
Result<Sender> read(Reader& reader);
void write(Writer& writer, const Sender& sender);

/// Errors: mls_content_type_invalid for an unknown type.
template <>
Result<ContentType> read(Reader& reader);

/// FramedContent. A view: the bytes belong to the message or to its maker.
struct FramedContent {
  ByteSpan group_id;
  std::uint64_t epoch = 0;
  Sender sender;
  ByteSpan authenticated_data;
  ContentType content_type = ContentType::application;
  /// The selected structure, encoded: opaque application_data<V>, Proposal or Commit.
  ByteSpan body;
};
template <>
Result<FramedContent> read(Reader& reader);
/// Everything before the selected structure.
void write_content_header(Writer& writer, const FramedContent& content);

/// Reads over the structure that `type` selects and returns its bytes. The structures are parsed,
/// so that whatever comes next is found; a malformed one is an error.
Result<ByteSpan> read_content_body(Reader& reader, ContentType type);

/// FramedContentAuthData.
struct ContentAuth {
  crypto::Signature signature;
  std::optional<Mac> confirmation_tag;  ///< of a commit
};
/// Errors: mls_signature_invalid, mls_confirmation_tag_missing for a field of another length.
Result<ContentAuth> read_content_auth(Reader& reader, ContentType type);

/// AuthenticatedContent.
struct AuthenticatedContent {
  WireFormat wire_format = WireFormat::private_message;
  FramedContent content;
  ContentAuth auth;
};
template <>
Result<AuthenticatedContent> read(Reader& reader);

/// The signature over FramedContentTBS. `group_context` is the encoded GroupContext of the epoch;
/// it is left out for senders that do not know it (§6.1).
crypto::Signature sign_content(WireFormat format, const FramedContent& content,
                               ByteSpan group_context, const crypto::SigningKey& key);
[[nodiscard]] bool verify_content(const AuthenticatedContent& message, ByteSpan group_context,
                                  const crypto::VerifyKey& key);

/// §5.2: MakeProposalRef.
Digest proposal_ref(const AuthenticatedContent& message);

}  // namespace tern::mls
