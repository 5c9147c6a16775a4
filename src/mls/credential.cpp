#include "mls/credential.hpp"

#include "tern/limits.hpp"

namespace tern::mls {

template <>
Result<Credential> read(Reader& reader) {
  Credential credential;
  TERN_ASSIGN(credential.type, read_enum<CredentialType>(reader));
  // A credential of an unknown type has no length of its own: nothing after it can be read.
  if (credential.type != CredentialType::basic && credential.type != CredentialType::x509)
    return Errc::mls_leaf_credential_unsupported;
  TERN_ASSIGN(credential.identity, read_bytes(reader));
  return credential;
}

void write(Writer& writer, const Credential& credential) {
  write_enum(writer, credential.type);
  writer.vector(credential.identity);
}

std::uint64_t Authenticator::leaf_lifetime_s_max() const { return limits::mls_leaf_lifetime_s_max; }

Result<std::optional<crypto::SecretBytes>> Authenticator::find_psk(const PreSharedKeyId&) {
  return std::optional<crypto::SecretBytes>();
}

Result<void> Authenticator::check_public_message(SenderType) {
  return Errc::mls_wire_format_unexpected;
}

}  // namespace tern::mls
