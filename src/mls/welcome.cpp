#include "mls/welcome.hpp"

#include "crypto/aead.hpp"
#include "tern/limits.hpp"

namespace tern::mls {
namespace {

struct WelcomeKey {
  crypto::Secret<crypto::aead_key_bytes> key;
  crypto::SecretNonce nonce;
};

WelcomeKey welcome_key(const Secret& welcome_secret) {
  WelcomeKey out;
  expand_with_label_into(welcome_secret.span(), "nonce", {}, out.nonce.bytes);
  expand_with_label_into(welcome_secret.span(), "key", {}, out.key.mutable_span());
  return out;
}

}  // namespace

template <>
Result<GroupSecrets> read(Reader& reader) {
  GroupSecrets secrets;
  TERN_ASSIGN(secrets.joiner_secret, read_opaque<Secret>(reader, Errc::mls_welcome_invalid));
  TERN_ASSIGN(const bool has_path_secret, read_presence(reader));
  if (has_path_secret) {
    TERN_ASSIGN(secrets.path_secret, read_opaque<Secret>(reader, Errc::mls_welcome_invalid));
  }
  TERN_ASSIGN(secrets.psks, read_list<PreSharedKeyId>(reader, limits::mls_proposals_max,
                                                      Errc::mls_too_many_proposals));
  return secrets;
}

crypto::SecretBytes encode_secret(const GroupSecrets& secrets) {
  Writer psks;
  write_list(psks, secrets.psks);
  BasicWriter<crypto::SecretBytes> writer;
  writer.reserve(2 * (1 + kdf_bytes) + 1 + psks.size());
  writer.vector(secrets.joiner_secret.span());
  writer.number(static_cast<std::uint8_t>(secrets.path_secret.has_value()));
  if (secrets.path_secret) writer.vector(secrets.path_secret->span());
  writer.raw(psks.span());
  return std::move(writer).take();
}

template <>
Result<EncryptedGroupSecrets> read(Reader& reader) {
  EncryptedGroupSecrets secrets;
  TERN_ASSIGN(secrets.new_member, read_opaque<Digest>(reader));
  TERN_ASSIGN(secrets.encrypted_group_secrets, read<HpkeCiphertext>(reader));
  return secrets;
}

void write(Writer& writer, const EncryptedGroupSecrets& secrets) {
  writer.vector(secrets.new_member);
  write(writer, secrets.encrypted_group_secrets);
}

template <>
Result<Welcome> read(Reader& reader) {
  Welcome welcome;
  TERN_ASSIGN(welcome.cipher_suite, reader.number<std::uint16_t>());
  TERN_ASSIGN(welcome.secrets, read_list<EncryptedGroupSecrets>(reader, limits::mls_leaves_max,
                                                                Errc::mls_welcome_invalid));
  TERN_ASSIGN(welcome.encrypted_group_info, reader.vector());
  return welcome;
}

void write(Writer& writer, const Welcome& welcome) {
  writer.number(welcome.cipher_suite);
  write_list(writer, welcome.secrets);
  writer.vector(welcome.encrypted_group_info);
}

Bytes encrypt_group_info(ByteSpan group_info, const Secret& welcome_secret) {
  const auto key = welcome_key(welcome_secret);
  return crypto::aead_seal(key.key.span(), key.nonce, {}, group_info);
}

Result<crypto::SecretBytes> decrypt_group_info(ByteSpan encrypted, const Secret& welcome_secret) {
  const auto key = welcome_key(welcome_secret);
  auto opened = crypto::aead_open(key.key.span(), key.nonce, {}, encrypted);
  if (!opened) return Errc::mls_welcome_invalid;
  return opened;
}

}  // namespace tern::mls
