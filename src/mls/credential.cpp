#include "mls/credential.hpp"

namespace tern::mls {
namespace {

// struct { opaque cert_data<V>; } Certificate; Certificate certificates<V>
Result<void> check_certificates(ByteSpan certificates) {
  Reader reader(certificates);
  while (!reader.empty()) TERN_TRY(reader.vector());
  return {};
}

}  // namespace

template <>
Result<Credential> read(Reader& reader) {
  Credential credential;
  TERN_ASSIGN(credential.type, read_enum<CredentialType>(reader));
  // A credential of an unknown type has no length of its own: nothing after it can be read.
  if (credential.type != CredentialType::basic && credential.type != CredentialType::x509)
    return Errc::mls_leaf_credential_unsupported;
  TERN_ASSIGN(credential.identity, read_bytes(reader));
  if (credential.type == CredentialType::x509) TERN_TRY(check_certificates(credential.identity));
  return credential;
}

void write(Writer& writer, const Credential& credential) {
  write_enum(writer, credential.type);
  writer.vector(credential.identity);
}

}  // namespace tern::mls
