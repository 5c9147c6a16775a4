#include "mls/public_message.hpp"

namespace tern::mls {
namespace {

void write_auth(Writer& writer, const ContentAuth& auth) {
  writer.vector(auth.signature);
  if (auth.confirmation_tag) writer.vector(*auth.confirmation_tag);
}

}  // namespace

template <>
Result<PublicMessage> read(Reader& reader) {
  PublicMessage out;
  auto& message = out.message;
  message.wire_format = WireFormat::public_message;
  TERN_ASSIGN(message.content, read<FramedContent>(reader));
  TERN_ASSIGN(message.auth, read_content_auth(reader, message.content.content_type));
  if (message.content.sender.type == SenderType::member) {
    TERN_ASSIGN(out.membership_tag, read_opaque<Mac>(reader, Errc::mls_membership_tag_invalid));
  }
  return out;
}

void write(Writer& writer, const PublicMessage& message) {
  write_content_header(writer, message.message.content);
  writer.raw(message.message.content.body);
  write_auth(writer, message.message.auth);
  if (message.membership_tag) writer.vector(*message.membership_tag);
}

Bytes encode_public(const PublicMessage& message) {
  Writer writer;
  write_message_header(writer, WireFormat::public_message);
  write(writer, message);
  return std::move(writer).take();
}

Mac membership_tag(const AuthenticatedContent& message, ByteSpan group_context,
                   const Secret& membership_key) {
  Writer tbs;
  write_message_header(tbs, message.wire_format);
  write_content_header(tbs, message.content);
  Writer auth;
  write_auth(auth, message.auth);
  return mac(membership_key.span(), {tbs.span(), message.content.body, group_context, auth.span()});
}

Result<Bytes> protect_public(const FramedContent& content, std::optional<Mac> confirmation_tag,
                             ByteSpan group_context, const crypto::SigningKey& key,
                             const Secret& membership_key) {
  // §6: "Applications MUST use PrivateMessage to encrypt application messages".
  if (content.content_type == ContentType::application) return Errc::mls_content_type_invalid;
  PublicMessage out;
  out.message.wire_format = WireFormat::public_message;
  out.message.content = content;
  out.message.auth.signature =
      sign_content(WireFormat::public_message, content, group_context, key);
  out.message.auth.confirmation_tag = confirmation_tag;
  out.membership_tag = membership_tag(out.message, group_context, membership_key);
  return encode_public(out);
}

Result<void> verify_public(const PublicMessage& message, ByteSpan group_context,
                           const crypto::VerifyKey& key, const Secret& membership_key) {
  if (message.message.content.content_type == ContentType::application)
    return Errc::mls_content_type_invalid;
  // §6.2: "the application MUST check membership_tag and MUST check that the
  // FramedContentAuthData is valid."
  if (!message.membership_tag ||
      !mac_equal(*message.membership_tag,
                 membership_tag(message.message, group_context, membership_key)))
    return Errc::mls_membership_tag_invalid;
  if (!verify_content(message.message, group_context, key)) return Errc::mls_signature_invalid;
  return {};
}

}  // namespace tern::mls
