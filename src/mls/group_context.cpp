#include "mls/group_context.hpp"

namespace tern::mls {

template <>
Result<GroupContext> read(Reader& reader) {
  GroupContext context;
  TERN_ASSIGN(context.version, reader.number<std::uint16_t>());
  TERN_ASSIGN(context.cipher_suite, reader.number<std::uint16_t>());
  TERN_ASSIGN(context.group_id, read_bytes(reader));
  TERN_ASSIGN(context.epoch, reader.number<std::uint64_t>());
  TERN_ASSIGN(context.tree_hash, read_opaque<Digest>(reader));
  TERN_ASSIGN(context.confirmed_transcript_hash, read_bytes(reader));
  const auto hash_bytes = context.confirmed_transcript_hash.size();
  if (hash_bytes != 0 && hash_bytes != Digest::size_bytes) return Errc::mls_malformed;
  TERN_ASSIGN(context.extensions, read_extensions(reader));
  return context;
}

void write(Writer& writer, const GroupContext& context) {
  writer.number(context.version).number(context.cipher_suite);
  writer.vector(context.group_id).number(context.epoch);
  writer.vector(context.tree_hash).vector(context.confirmed_transcript_hash);
  write(writer, context.extensions);
}

}  // namespace tern::mls
