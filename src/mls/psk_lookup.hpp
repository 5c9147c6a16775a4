// Where the pre-shared keys of a commit or a Welcome come from (RFC 9420 §8.4).
#pragma once

#include "mls/credential.hpp"
#include "mls/psk.hpp"

namespace tern::mls {

struct Epoch;

/// The psk_secret of these PSKs, in their order. `own`: the epoch, or epochs, whose resumption PSK
/// is at hand; null ones are passed over. All others are the application's. Errors:
/// mls_psk_unknown, the application's own.
Result<Secret> find_psk_secret(std::span<const PreSharedKeyId> ids,
                               std::initializer_list<const Epoch*> own,
                               Authenticator& authenticator);

}  // namespace tern::mls
