// KeyPackage as it is encoded and signed (RFC 9420 §10).
#pragma once

#include "mls/leaf_node.hpp"

namespace tern::mls {

struct KeyPackage {
  std::uint16_t version = protocol_version_mls10;
  std::uint16_t cipher_suite = cipher_suite_3;
  crypto::DhPublicKey init_key;
  LeafNode leaf_node;
  Extensions extensions;
  crypto::Signature signature;
};
template <>
Result<KeyPackage> read(Reader& reader);
void write(Writer& writer, const KeyPackage& key_package);

void sign_key_package(KeyPackage& key_package, const crypto::SigningKey& key);
[[nodiscard]] bool verify_key_package(const KeyPackage& key_package);

/// §5.2: MakeKeyPackageRef.
Digest key_package_ref(const KeyPackage& key_package);

}  // namespace tern::mls
