#include "mls/group_info.hpp"

namespace tern::mls {
namespace {

constexpr std::string_view group_info_label = "GroupInfoTBS";
// A vector's header is minimal, so that the last field is of one length.
constexpr std::size_t signature_field_bytes = 2 + crypto::Signature::size_bytes;

void write_unsigned(Writer& writer, const GroupInfo& info) {
  write(writer, info.group_context);
  write(writer, info.extensions);
  writer.vector(info.confirmation_tag).number(info.signer.value);
}

}  // namespace

template <>
Result<GroupInfo> read(Reader& reader) {
  GroupInfo info;
  TERN_ASSIGN(info.group_context, read<GroupContext>(reader));
  TERN_ASSIGN(info.extensions, read_extensions(reader));
  TERN_ASSIGN(info.confirmation_tag, read_opaque<Mac>(reader, Errc::mls_confirmation_tag_invalid));
  TERN_ASSIGN(info.signer.value, reader.number<std::uint32_t>());
  TERN_ASSIGN(info.signature,
              read_opaque<crypto::Signature>(reader, Errc::mls_group_info_signature_invalid));
  return info;
}

void write(Writer& writer, const GroupInfo& info) {
  write_unsigned(writer, info);
  writer.vector(info.signature);
}

void sign_group_info(GroupInfo& info, const crypto::SigningKey& key) {
  Writer content;
  write_unsigned(content, info);
  info.signature = sign_with_label(key, group_info_label, {content.span()});
}

bool verify_group_info(const GroupInfo& info, ByteSpan encoded, const crypto::VerifyKey& key) {
  return verify_with_label(key, group_info_label,
                           {encoded.first(encoded.size() - signature_field_bytes)}, info.signature);
}

}  // namespace tern::mls
