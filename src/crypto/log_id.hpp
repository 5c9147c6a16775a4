// How identifiers follow from keys: what a device and a relay must both compute alike.
#pragma once

#include "base/entropy.hpp"
#include "crypto/hash.hpp"
#include "crypto/signature.hpp"

namespace tern::crypto {

/// The first 16 bytes of BLAKE2b-256 over the account's Ed25519 public key.
AccountId account_id(const VerifyKey& account_key);
/// The first 16 bytes of BLAKE2b-256 over the device's Ed25519 public key.
DeviceId device_id(const VerifyKey& device_key);

/// What a log's id says of it, in its first two bits: nobody can take the place of another kind's
/// log by its id.
enum class LogIdKind : std::uint8_t { group = 0, pair = 1, inbox = 2, unknown = 3 };
LogIdKind kind_of(const LogId& log);

/// A new group chat's.
LogId group_log_id(Entropy& entropy);
/// The log of the one-to-one chat of two accounts, whichever of them asks.
LogId pair_log_id(const AccountId& a, const AccountId& b);
/// The log that is a device's inbox.
LogId inbox_log_id(const DeviceId& device);

}  // namespace tern::crypto
