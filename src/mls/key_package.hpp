// KeyPackages (RFC 9420 §10): what lets somebody be added while offline.
#pragma once

#include "base/entropy.hpp"
#include "crypto/hash.hpp"
#include "mls/leaf_node.hpp"
#include "tern/limits.hpp"

namespace tern::mls {

/// What a member signs with, and who it says it is: every leaf that it makes has the credential and
/// the extensions (no type twice), whose types it lists as known (§7.2).
struct Identity {
  Credential credential;
  crypto::SigningKey signing_key;
  Extensions leaf_extensions{};
};

using KeyPackageRef = crypto::Sha256Digest;

/// A KeyPackage and its private halves.
struct KeyPackageBundle {
  Bytes message;                       ///< MLSMessage with wire format mls_key_package
  KeyPackageRef ref;                   ///< §5.2 MakeKeyPackageRef
  crypto::SecretBytes private_record;  ///< init key, leaf key, KeyPackage: sealed and stored
};

/// Makes a KeyPackage whose leaf supports the extensions that tern uses.
KeyPackageBundle make_key_package(const Identity& identity, Lifetime lifetime,
                                  const Extensions& extensions, Entropy& entropy);

/// What of a KeyPackage an application may want to know.
struct KeyPackageInfo {
  KeyPackageRef ref;
  Credential credential;
  crypto::VerifyKey signature_key;
  Lifetime lifetime;
  Extensions extensions;
  Capabilities capabilities;  ///< of its leaf
  Extensions leaf_extensions;
};

/// Parses and validates (§10.1 and §7.3, the lifetime against `now_s`) a KeyPackage message.
/// Does not ask an Authenticator.
Result<KeyPackageInfo> inspect_key_package(
    ByteSpan message, std::uint64_t now_s,
    std::uint64_t longest_lifetime_s = limits::mls_leaf_lifetime_s_max);

/// The reference that this Welcome is for, for each KeyPackage it names (§12.4.3.1).
Result<std::vector<KeyPackageRef>> welcome_recipients(ByteSpan welcome);

}  // namespace tern::mls
