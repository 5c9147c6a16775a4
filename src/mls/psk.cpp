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

Result<void> check_psk_id(const PreSharedKeyId& id, PskPlace place) {
  // §12.1.4: "The psk_nonce is not of length KDF.Nh."
  if (id.psk_nonce.size() != kdf_bytes)
    return Error(Errc::mls_proposal_psk_invalid, "§12.1.4: the psk_nonce is not of length KDF.Nh");
  // §11.2, §11.3: "Resumption PSKs with usage reinit [branch] MUST NOT be used in other contexts."
  if (place == PskPlace::group && id.type == PskType::resumption &&
      id.usage != ResumptionPskUsage::application)
    return Error(Errc::mls_proposal_psk_invalid,
                 "§12.1.4: usage reinit or branch outside of a group's first commit");
  return {};
}

Bytes fresh_psk_nonce(Entropy& entropy) {
  Bytes nonce(kdf_bytes);
  entropy.fill(nonce);
  return nonce;
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
