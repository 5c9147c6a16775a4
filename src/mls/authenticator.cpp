#include "mls/authenticator.hpp"

#include "tern/limits.hpp"

namespace tern::mls {

std::uint64_t Authenticator::leaf_lifetime_s_max() const { return limits::mls_leaf_lifetime_s_max; }

Result<std::optional<crypto::SecretBytes>> Authenticator::find_psk(const PreSharedKeyId&) {
  return std::optional<crypto::SecretBytes>();
}

Bytes Authenticator::client_of(const Credential& credential) const { return encode(credential); }

Result<void> Authenticator::check_external_sender(const ExternalSender& sender) {
  return check_leaf(sender.credential, sender.signature_key);
}

Result<void> Authenticator::check_proposal(const Sender&, const Proposal&) { return {}; }

Result<void> Authenticator::check_public_message(SenderType) {
  return Errc::mls_wire_format_unexpected;
}

}  // namespace tern::mls
