#include "mls/framing.hpp"

#include "mls/commit.hpp"

namespace tern::mls {
namespace {

constexpr std::string_view content_label = "FramedContentTBS";

Bytes version_and_format(WireFormat format) {
  Writer writer;
  write_message_header(writer, format);
  return std::move(writer).take();
}

Bytes content_header(const FramedContent& content) {
  Writer writer;
  writer.reserve(content.group_id.size() + content.authenticated_data.size() + 32);
  write_content_header(writer, content);
  return std::move(writer).take();
}

// §6.1: the context is signed by those who know it, so that a signature holds in one epoch only.
ByteSpan signed_context(const FramedContent& content, ByteSpan group_context) {
  const auto type = content.sender.type;
  const bool knows = type == SenderType::member || type == SenderType::new_member_commit;
  return knows ? group_context : ByteSpan();
}

}  // namespace

Result<MlsMessage> open_message(ByteSpan message) {
  Reader reader(message);
  TERN_ASSIGN(const auto version, reader.number<std::uint16_t>());
  if (version != 1) return Errc::mls_version_unknown;
  TERN_ASSIGN(const auto format, read_enum<WireFormat>(reader));
  if (format < WireFormat::public_message || format > WireFormat::key_package)
    return Errc::mls_wire_format_unexpected;
  return MlsMessage{format, reader.rest()};
}

Result<ByteSpan> open_message(ByteSpan message, WireFormat expected) {
  TERN_ASSIGN(const auto opened, open_message(message));
  if (opened.wire_format != expected) return Errc::mls_wire_format_unexpected;
  return opened.body;
}

void write_message_header(Writer& writer, WireFormat format) {
  writer.number(std::uint16_t{1});
  write_enum(writer, format);
}

template <>
Result<Sender> read(Reader& reader) {
  Sender sender;
  TERN_ASSIGN(sender.type, read_enum<SenderType>(reader));
  switch (sender.type) {
    case SenderType::member:
    case SenderType::external: {
      TERN_ASSIGN(sender.index, reader.number<std::uint32_t>());
      return sender;
    }
    case SenderType::new_member_proposal:
    case SenderType::new_member_commit:
      return sender;
  }
  return Errc::mls_sender_type_not_allowed;
}

void write(Writer& writer, const Sender& sender) {
  write_enum(writer, sender.type);
  if (sender.type == SenderType::member || sender.type == SenderType::external)
    writer.number(sender.index);
}

template <>
Result<ContentType> read(Reader& reader) {
  TERN_ASSIGN(const auto type, read_enum<ContentType>(reader));
  if (type < ContentType::application || type > ContentType::commit)
    return Errc::mls_content_type_invalid;
  return type;
}

Result<ByteSpan> read_content_body(Reader& reader, ContentType type) {
  const Reader before = reader;
  switch (type) {
    case ContentType::application:
      TERN_TRY(reader.vector());
      break;
    case ContentType::proposal:
      TERN_TRY(read<Proposal>(reader));
      break;
    case ContentType::commit:
      TERN_TRY(read<Commit>(reader));
      break;
  }
  return consumed(before, reader);
}

template <>
Result<FramedContent> read(Reader& reader) {
  FramedContent content;
  TERN_ASSIGN(content.group_id, reader.vector());
  TERN_ASSIGN(content.epoch, reader.number<std::uint64_t>());
  TERN_ASSIGN(content.sender, read<Sender>(reader));
  TERN_ASSIGN(content.authenticated_data, reader.vector());
  TERN_ASSIGN(content.content_type, read<ContentType>(reader));
  TERN_ASSIGN(content.body, read_content_body(reader, content.content_type));
  return content;
}

void write_content_header(Writer& writer, const FramedContent& content) {
  writer.vector(content.group_id).number(content.epoch);
  write(writer, content.sender);
  writer.vector(content.authenticated_data);
  write_enum(writer, content.content_type);
}

Result<ContentAuth> read_content_auth(Reader& reader, ContentType type) {
  ContentAuth auth;
  TERN_ASSIGN(auth.signature, read_opaque<crypto::Signature>(reader, Errc::mls_signature_invalid));
  if (type == ContentType::commit) {
    TERN_ASSIGN(auth.confirmation_tag,
                read_opaque<Mac>(reader, Errc::mls_confirmation_tag_missing));
  }
  return auth;
}

template <>
Result<AuthenticatedContent> read(Reader& reader) {
  AuthenticatedContent message;
  TERN_ASSIGN(message.wire_format, read_enum<WireFormat>(reader));
  TERN_ASSIGN(message.content, read<FramedContent>(reader));
  TERN_ASSIGN(message.auth, read_content_auth(reader, message.content.content_type));
  return message;
}

crypto::Signature sign_content(WireFormat format, const FramedContent& content,
                               ByteSpan group_context, const crypto::SigningKey& key) {
  return sign_with_label(key, content_label,
                         {version_and_format(format), content_header(content), content.body,
                          signed_context(content, group_context)});
}

bool verify_content(const AuthenticatedContent& message, ByteSpan group_context,
                    const crypto::VerifyKey& key) {
  const auto& content = message.content;
  return verify_with_label(key, content_label,
                           {version_and_format(message.wire_format), content_header(content),
                            content.body, signed_context(content, group_context)},
                           message.auth.signature);
}

Digest proposal_ref(const AuthenticatedContent& message) {
  Writer format;
  write_enum(format, message.wire_format);
  Writer auth;
  auth.vector(message.auth.signature);
  return ref_hash("MLS 1.0 Proposal Reference", {format.span(), content_header(message.content),
                                                 message.content.body, auth.span()});
}

}  // namespace tern::mls
