#include "crypto/log_id.hpp"

#include <algorithm>

namespace tern::crypto {

AccountId account_id(const VerifyKey& account_key) { return hash_id<AccountId>({account_key}); }

DeviceId device_id(const VerifyKey& device_key) { return hash_id<DeviceId>({device_key}); }

LogId pair_log_id(const AccountId& a, const AccountId& b) {
  const auto& [smaller, larger] = std::minmax(a, b);
  return hash_id<LogId>({as_bytes("tern 1 pair"), smaller, larger});
}

LogId inbox_log_id(const DeviceId& device) {
  return hash_id<LogId>({as_bytes("tern 1 inbox"), device});
}

}  // namespace tern::crypto
