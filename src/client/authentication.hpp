// Whom a leaf belongs to (RFC 9420 §5.3.1): the certificate in its credential binds the leaf's key
// to a device, and the device to an account.
#pragma once

#include <unordered_set>

#include "client/group_records.hpp"
#include "client/roster.hpp"
#include "mls/authenticator.hpp"
#include "mls/key_package.hpp"
#include "wire/certificate.hpp"

namespace tern::client {

/// Who sits on a leaf that was accepted. Errors: certificate_invalid.
Result<Seat> seat_of(const mls::Credential& credential);

class Authentication final : public mls::Authenticator {
 public:
  /// Reads device lists inside the transaction that is open.
  explicit Authentication(const OpenRows& open, const store::Sealer& sealer)
      : open_(open), sealer_(sealer) {}

  /// A leaf of any member. Whether its account's list still names it is not asked: members have
  /// seen lists of different age, and who sits in a chat is no reason not to follow it.
  /// Errors: mls_credential_refused (not basic), certificate_invalid, storage_*.
  Result<void> check_leaf(const mls::Credential& credential,
                          const crypto::VerifyKey& signature_key) override;
  /// A leaf that somebody else has added. Errors: as check_leaf(), and device_revoked (not on the
  /// newest list seen of the account).
  Result<void> check_listed(const mls::Credential& credential) const;
  /// A KeyPackage by which this device is to add somebody. Errors: as check_leaf() and
  /// check_listed(), and mls_leaf_capabilities_missing.
  Result<void> check_newcomer(const mls::KeyPackageInfo& key_package);
  /// A leaf keeps its account and device. Errors: mls_credential_refused, certificate_invalid.
  Result<void> check_successor(const mls::Credential& predecessor,
                               const mls::Credential& successor) override;

  /// A chat goes on in its log (design §4): it is not reinitialized, and no chat uses PSKs, which
  /// would make members that hold none think that they are split. Errors:
  /// mls_proposal_type_unsupported.
  Result<void> check_proposal(const mls::Sender& sender, const mls::Proposal& proposal) override;

 private:
  Result<void> check_certificate(const mls::Credential& credential,
                                 const crypto::VerifyKey& signature_key);

  static constexpr std::size_t remembered_max = 16'384;
  const OpenRows& open_;
  const store::Sealer& sealer_;
  /// Certificates whose signature was good: a signature is checked once, not in every group.
  std::unordered_set<FixedBytes<struct CheckedTag, 32>> checked_;
};

}  // namespace tern::client
