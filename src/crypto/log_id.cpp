#include "crypto/log_id.hpp"

#include <algorithm>

namespace tern::crypto {

namespace {

constexpr unsigned kind_shift = 6;

LogId of_kind(LogIdKind kind, LogId id) {
  auto& first = id.bytes[0];
  first = static_cast<std::uint8_t>((first & 0x3f) | static_cast<unsigned>(kind) << kind_shift);
  return id;
}

}  // namespace

LogIdKind kind_of(const LogId& log) { return static_cast<LogIdKind>(log.bytes[0] >> kind_shift); }

LogId group_log_id(Entropy& entropy) { return of_kind(LogIdKind::group, entropy.make<LogId>()); }

AccountId account_id(const VerifyKey& account_key) { return hash_id<AccountId>({account_key}); }

DeviceId device_id(const VerifyKey& device_key) { return hash_id<DeviceId>({device_key}); }

LogId pair_log_id(const AccountId& a, const AccountId& b) {
  const auto& [smaller, larger] = std::minmax(a, b);
  return of_kind(LogIdKind::pair, hash_id<LogId>({as_bytes("tern 1 pair"), smaller, larger}));
}

LogId inbox_log_id(const DeviceId& device) {
  return of_kind(LogIdKind::inbox, hash_id<LogId>({as_bytes("tern 1 inbox"), device}));
}

}  // namespace tern::crypto
