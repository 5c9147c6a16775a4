// Welcome and what is encrypted in it (RFC 9420 §12.4.3.1).
#pragma once

#include "mls/commit.hpp"
#include "mls/group_info.hpp"

namespace tern::mls {

/// The secrets for one new member.
struct GroupSecrets {
  Secret joiner_secret;
  std::optional<Secret> path_secret;
  std::vector<PreSharedKeyId> psks;
};
template <>
Result<GroupSecrets> read(Reader& reader);
crypto::SecretBytes encode_secret(const GroupSecrets& secrets);

struct EncryptedGroupSecrets {
  Digest new_member;  ///< KeyPackageRef
  HpkeCiphertext encrypted_group_secrets;
};
template <>
Result<EncryptedGroupSecrets> read(Reader& reader);
void write(Writer& writer, const EncryptedGroupSecrets& secrets);

struct Welcome {
  std::uint16_t cipher_suite = cipher_suite_3;
  std::vector<EncryptedGroupSecrets> secrets;
  ByteSpan encrypted_group_info;  ///< in what the Welcome was read from: it may hold a whole tree
};
template <>
Result<Welcome> read(Reader& reader);
void write(Writer& writer, const Welcome& welcome);

/// Under welcome_key and welcome_nonce, both from `welcome_secret`.
Bytes encrypt_group_info(ByteSpan group_info, const Secret& welcome_secret);
/// Errors: mls_welcome_invalid.
Result<crypto::SecretBytes> decrypt_group_info(ByteSpan encrypted, const Secret& welcome_secret);

}  // namespace tern::mls
