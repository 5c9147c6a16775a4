#include "mls/psk.hpp"

namespace tern::mls {

template <>
Result<PreSharedKeyId> read(Reader& reader) {
  PreSharedKeyId id;
  TERN_ASSIGN(id.type, read_enum<PskType>(reader));
  if (id.type == PskType::external) {
    TERN_ASSIGN(id.psk_id, read_bytes(reader));
  } else if (id.type == PskType::resumption) {
    TERN_ASSIGN(id.usage, read_enum<ResumptionPskUsage>(reader));
    if (id.usage < ResumptionPskUsage::application || id.usage > ResumptionPskUsage::branch)
      return Errc::mls_proposal_psk_invalid;
    TERN_ASSIGN(id.psk_group_id, read_bytes(reader));
    TERN_ASSIGN(id.psk_epoch, reader.number<std::uint64_t>());
  } else {
    return Errc::mls_proposal_psk_invalid;
  }
  TERN_ASSIGN(id.psk_nonce, read_bytes(reader));
  return id;
}

void write(Writer& writer, const PreSharedKeyId& id) {
  write_enum(writer, id.type);
  if (id.type == PskType::external) {
    writer.vector(id.psk_id);
  } else {
    write_enum(writer, id.usage);
    writer.vector(id.psk_group_id).number(id.psk_epoch);
  }
  writer.vector(id.psk_nonce);
}

Secret psk_secret(std::span<const PreSharedKey> psks) {
  const Secret zero;
  Secret secret;  // psk_secret_[0] = 0
  for (std::size_t i = 0; i < psks.size(); ++i) {
    // struct PSKLabel { PreSharedKeyID id; uint16 index; uint16 count; }
    Writer label;
    write(label, psks[i].id);
    label.number(static_cast<std::uint16_t>(i)).number(static_cast<std::uint16_t>(psks.size()));
    const auto extracted = crypto::hkdf_extract(zero.span(), psks[i].psk);
    const auto input = expand_with_label(extracted.span(), "derived psk", label.span());
    secret = crypto::hkdf_extract(input.span(), secret.span());
  }
  return secret;
}

}  // namespace tern::mls
