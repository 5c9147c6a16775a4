#include "client/authentication.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "client/device_lists.hpp"
#include "crypto/hash.hpp"

namespace tern::client {
namespace {

using Checked = FixedBytes<struct CheckedTag, 32>;

Result<wire::DeviceCertificate> certificate_in(const mls::Credential& credential) {
  if (credential.type != mls::CredentialType::basic)
    return Error(Errc::mls_credential_refused, "a leaf whose credential is not basic");
  auto certificate = wire::decode_device_certificate(credential.identity);
  if (!certificate)
    return Error(Errc::certificate_invalid, "a leaf whose certificate does not parse");
  return certificate;
}

bool same_key(const wire::PublicKey& a, const crypto::VerifyKey& b) { return a.bytes == b.bytes; }

}  // namespace

Result<Seat> seat_of(const mls::Credential& credential) {
  TERN_ASSIGN(const auto certificate, certificate_in(credential));
  return Seat{device_of(certificate.device_key), account_of(certificate.account_key), 0};
}

Result<void> Authentication::check_leaf(const mls::Credential& credential,
                                        const crypto::VerifyKey& signature_key) {
  TERN_TRY(certificate_in(credential));
  const Checked known{crypto::blake2b({credential.identity, signature_key}).bytes};
  if (!checked_.contains(known)) {
    TERN_TRY(check_certificate(credential, signature_key));
    if (checked_.size() >= remembered_max) checked_.clear();
    checked_.insert(known);
  }
  return {};
}

Result<void> Authentication::check_newcomer(const mls::KeyPackageInfo& key_package) {
  TERN_TRY(check_leaf(key_package.credential, key_package.signature_key));
  // RFC 9420 §13.4: a leaf supports what is in the GroupContext, or no commit can add it.
  const auto& supported = key_package.capabilities.extensions;
  if (std::find(supported.begin(), supported.end(), mls::extension_tern_policy) == supported.end())
    return Error(Errc::mls_leaf_capabilities_missing, "a KeyPackage without the group's policy");
  return check_listed(key_package.credential);
}

Result<void> Authentication::check_certificate(const mls::Credential& credential,
                                               const crypto::VerifyKey& signature_key) {
  TERN_ASSIGN(const auto certificate, certificate_in(credential));
  if (!same_key(certificate.device_key, signature_key))
    return Error(Errc::certificate_invalid, "a leaf whose key is not the certified one");
  if (!signed_by(certificate.account_key, wire::signed_bytes(certificate), certificate.signature))
    return Error(Errc::certificate_invalid, "a leaf whose account did not sign its certificate");
  return {};
}

Result<void> Authentication::check_listed(const mls::Credential& credential) const {
  TERN_ASSIGN(const auto certificate, certificate_in(credential));
  const auto account = account_of(certificate.account_key);
  const auto row = sealer_.row_id(tables::device_lists, account);
  TERN_ASSIGN(const auto encoded, open_.get(tables::device_lists, row));
  if (!encoded) return {};
  TERN_ASSIGN(const auto list, wire::decode_device_list(*encoded));
  if (std::find(list.device_keys.begin(), list.device_keys.end(), certificate.device_key) ==
      list.device_keys.end())
    return Error(Errc::device_revoked, "a device that is not on its account's newest list");
  return {};
}

Result<void> Authentication::check_successor(const mls::Credential& predecessor,
                                             const mls::Credential& successor) {
  TERN_ASSIGN(const auto before, seat_of(predecessor));
  TERN_ASSIGN(const auto after, seat_of(successor));
  if (before.account != after.account || before.device != after.device)
    return Error(Errc::mls_credential_refused, "a leaf that changes hands");
  return {};
}

Result<void> Authentication::check_proposal(const mls::Sender&, const mls::Proposal& proposal) {
  const auto type = mls::type_of(proposal);
  if (type == mls::ProposalType::psk || type == mls::ProposalType::reinit)
    return Errc::mls_proposal_type_unsupported;
  return {};
}

}  // namespace tern::client
