// KeyPackages (RFC 9420 §10): what lets somebody be added while offline.
#pragma once

#include "base/entropy.hpp"
#include "crypto/hash.hpp"
#include "mls/credential.hpp"

namespace tern::mls {

/// RFC 9420 §17.1: MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519.
inline constexpr std::uint16_t cipher_suite_3 = 3;

/// RFC 9420 §7.2, seconds of Unix time.
struct Lifetime {
  std::uint64_t not_before = 0;
  std::uint64_t not_after = 0;
};

/// One extension, opaque (RFC 9420 §13).
struct Extension {
  std::uint16_t type = 0;
  Bytes data;
  friend bool operator==(const Extension&, const Extension&) = default;
};
using Extensions = std::vector<Extension>;

/// RFC 9420 §17.3: 0xF000-0xFFFF are for private use.
inline constexpr std::uint16_t extension_ratchet_tree = 2;
inline constexpr std::uint16_t extension_required_capabilities = 3;
/// tern's group policy (name, admins, who may do what), in the GroupContext. mls does not read it.
inline constexpr std::uint16_t extension_tern_policy = 0xF7E0;
/// Marks a last-resort KeyPackage (not single use), in KeyPackage.extensions.
inline constexpr std::uint16_t extension_last_resort = 0x000A;

/// What a member signs with, and who it says it is.
struct Identity {
  Credential credential;
  crypto::SigningKey signing_key;
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
};

/// Parses and validates (§10.1 and §7.3, the lifetime against `now_s`) a KeyPackage message.
/// Does not ask an Authenticator.
Result<KeyPackageInfo> inspect_key_package(ByteSpan message, std::uint64_t now_s);

/// The reference that this Welcome is for, for each KeyPackage it names (§12.4.3.1).
Result<std::vector<KeyPackageRef>> welcome_recipients(ByteSpan welcome);

}  // namespace tern::mls
