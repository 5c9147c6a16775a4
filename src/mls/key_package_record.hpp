// A KeyPackage with its private halves, as its owner keeps it until a Welcome comes.
#pragma once

#include "base/entropy.hpp"
#include "mls/key_package.hpp"
#include "mls/key_package_format.hpp"
#include "mls/leaf_validation.hpp"

namespace tern::mls {

struct PrivateKeyPackage {
  crypto::DhKeyPair init_key;
  crypto::DhKeyPair leaf_key;
  KeyPackage key_package;

  /// A record: everything, secret.
  crypto::SecretBytes encode() const;
  /// Errors: mls_state_malformed.
  static Result<PrivateKeyPackage> decode(ByteSpan record);
};

/// Gives a leaf of one's own the credential and the extensions; to be signed after.
void present(LeafNode& leaf, const Identity& identity);
/// A signed leaf for a KeyPackage, or for the creator of a group.
LeafNode make_leaf(const Identity& identity, Lifetime lifetime,
                   const crypto::DhPublicKey& encryption_key, Entropy& entropy);

/// The KeyPackage as MLSMessage.
Bytes key_package_message(const KeyPackage& key_package);
/// The KeyPackage of an MLSMessage, parsed. Errors: mls_version_unknown,
/// mls_cipher_suite_unsupported, and those of its structure.
Result<KeyPackage> open_key_package(ByteSpan message);
/// The same, validated (§10.1).
Result<KeyPackage> read_key_package(ByteSpan message, const LifetimeRule& lifetimes);

}  // namespace tern::mls
