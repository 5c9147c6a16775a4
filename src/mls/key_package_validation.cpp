#include "mls/key_package_validation.hpp"

#include <algorithm>

#include "mls/leaf_validation.hpp"

namespace tern::mls {

Result<void> check_key_package(const KeyPackage& key_package, const LifetimeRule& lifetimes) {
  const auto& leaf = key_package.leaf_node;
  // "Verify that the cipher suite and protocol version of the KeyPackage match those in the
  // GroupContext."
  if (key_package.version != protocol_version_mls10) return Errc::mls_version_unknown;
  if (key_package.cipher_suite != cipher_suite_3) return Errc::mls_cipher_suite_unsupported;
  // "Verify that the leaf_node of the KeyPackage is valid for a KeyPackage according to §7.3."
  TERN_TRY(check_leaf_itself(leaf, encode(leaf), {}, LeafNodeSource::key_package));
  TERN_TRY(check_lifetime(leaf.lifetime, lifetimes));
  // §10: "Extensions included in the extensions or leaf_node.extensions fields MUST be included in
  // the leaf_node.capabilities field."
  const auto& listed = leaf.capabilities.extensions;
  for (const auto& extension : key_package.extensions)
    if (!is_default_extension(extension.type) &&
        std::find(listed.begin(), listed.end(), extension.type) == listed.end())
      return Errc::mls_leaf_extension_unsupported;
  // "Verify that the signature on the KeyPackage is valid using the public key in
  // leaf_node.credential."
  if (!verify_key_package(key_package)) return Errc::mls_key_package_signature_invalid;
  // "Verify that the value of leaf_node.encryption_key is different from the value of the init_key
  // field."
  if (leaf.encryption_key == key_package.init_key)
    return Errc::mls_key_package_init_key_equals_leaf_key;
  if (!crypto::is_canonical(key_package.init_key) || crypto::is_low_order(key_package.init_key))
    return Errc::key_invalid;
  return {};
}

}  // namespace tern::mls
