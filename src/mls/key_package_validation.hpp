// KeyPackage validation (RFC 9420 §10.1).
#pragma once

#include "mls/key_package_format.hpp"
#include "mls/leaf_validation.hpp"

namespace tern::mls {

/// Everything but the group it is for and the application's word on the credential. Errors:
/// mls_version_unknown, mls_cipher_suite_unsupported, mls_key_package_signature_invalid,
/// mls_key_package_init_key_equals_leaf_key, key_invalid, and those of check_leaf_itself() and
/// check_lifetime().
Result<void> check_key_package(const KeyPackage& key_package, const LifetimeRule& lifetimes);

}  // namespace tern::mls
