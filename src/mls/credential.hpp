// Who a leaf says it is (RFC 9420 §5.3).
#pragma once

#include <vector>

#include "crypto/signature.hpp"
#include "mls/presentation.hpp"

namespace tern::mls {

enum class CredentialType : std::uint16_t { basic = 1, x509 = 2 };

/// RFC 9420 §5.3. `identity` is meaningful for basic credentials; others keep their bytes in it
/// (for x509 the encoded certificate vector), so that they survive a round trip.
struct Credential {
  CredentialType type = CredentialType::basic;
  Bytes identity;
  friend bool operator==(const Credential&, const Credential&) = default;
};

/// Errors: mls_leaf_credential_unsupported for a type other than these.
template <>
Result<Credential> read(Reader& reader);
void write(Writer& writer, const Credential& credential);

}  // namespace tern::mls
