// An office with an open door: Anna, Bo and Cem are members of its group; the service may propose
// to it from outside, and Dora is about to join it. Whatever one of them puts into a PublicMessage
// gets their true signature, for they may be hostile: all of their keys are here.
#pragma once

#include "mls_people.hpp"

namespace tern::fuzzing {

/// Trusts everybody, and reads what everybody may say in the open. Has one external PSK.
class OpenDoor : public Everybody {
 public:
  Result<void> check_public_message(mls::SenderType) override { return {}; }
  Result<std::optional<crypto::SecretBytes>> find_psk(const mls::PreSharedKeyId& id) override;
};
mls::PreSharedKeyId code_word();

struct Office {
  Office();
  crypto::DeterministicEntropy entropy{5};
  mls::Identity anna, bo, cem, service, dora;
  std::optional<mls::Group> annas, bos;
  mls::KeyPackageBundle doras;
};
Office& office();

/// Who says it, and what its content type is.
enum class Speaker : std::uint8_t {
  anna_proposes,     ///< a member, with a membership tag
  anna_commits,      ///< the same; a path's leaf is signed anew, the confirmation tag is of zeros
  service_proposes,  ///< whom external_senders names
  dora_proposes,     ///< new_member_proposal: an Add's KeyPackage and leaf are signed anew
  dora_commits,      ///< new_member_commit: as anna_commits
};
inline constexpr std::size_t speakers_count = 5;
Bytes said_by(Speaker speaker, ByteSpan body);

/// Anna's GroupInfo, with what follows from the rest of it: tree hash and signature.
Bytes told_by_anna(mls::GroupInfo info);

/// The body of a PublicMessage.
Bytes body_of(ByteSpan message);

}  // namespace tern::fuzzing
