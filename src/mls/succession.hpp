// Groups that follow another, or branch off it (RFC 9420 §11.2, §11.3).
#pragma once

#include "mls/epoch.hpp"
#include "mls/group.hpp"

namespace tern::mls {

/// The PreSharedKeyID that ties the first commit of a new group to its predecessor. Errors:
/// invalid_argument (no group, or usage application), mls_successor_invalid (usage reinit of a
/// group that was not reinitialized).
Result<PreSharedKeyId> predecessor_psk(const Predecessor& predecessor, Entropy& entropy);

/// The rules of a group whose first commit names `predecessor`: for who makes it, and for who is
/// welcomed to it. `next` is its first epoch but one. Errors: mls_successor_invalid,
/// mls_psk_unknown (another group, or another epoch, than the one that is given).
Result<void> check_successor_group(const PreSharedKeyId& psk, const Epoch* predecessor,
                                   const Epoch& next, const Authenticator& authenticator);

/// The PSK of these that names a predecessor; null: none. Errors: mls_proposal_psk_invalid for two.
Result<const PreSharedKeyId*> successor_psk(std::span<const PreSharedKeyId> psks);

}  // namespace tern::mls
