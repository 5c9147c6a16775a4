#include "mls/transcript_hash.hpp"

namespace tern::mls {

Digest confirmed_transcript_hash(ByteSpan interim_before, const AuthenticatedContent& commit) {
  // ConfirmedTranscriptHashInput
  Writer header;
  write_enum(header, commit.wire_format);
  write_content_header(header, commit.content);
  Writer signature;
  signature.vector(commit.auth.signature);
  return crypto::sha256({interim_before, header.span(), commit.content.body, signature.span()});
}

Digest interim_transcript_hash(ByteSpan confirmed, const Mac& confirmation_tag) {
  // InterimTranscriptHashInput
  Writer input;
  input.vector(confirmation_tag);
  return crypto::sha256({confirmed, input.span()});
}

Mac confirmation_tag(const Secret& confirmation_key, ByteSpan confirmed) {
  return mac(confirmation_key.span(), {confirmed});
}

}  // namespace tern::mls
