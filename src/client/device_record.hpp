// What a device remembers beside its keys and its chats: one small row, often rewritten.
#pragma once

#include <string>

#include "crypto/secret.hpp"
#include "tern/result.hpp"
#include "wire/ids.hpp"

namespace tern::client {

struct DeviceRecord {
  /// Grows with every transaction that moved an MLS state. The relay remembers the highest: a
  /// higher one than this says that the folder is an old copy.
  std::uint64_t store_counter = 0;
  bool registration_wanted = false;
  bool registered = false;
  std::string relay_address;
  std::uint64_t inbox_cursor = 0;
  wire::LogHash inbox_hash;
  /// When the newest key packages were made (Unix time, seconds); 0: none yet.
  std::int64_t key_packages_made_s = 0;
  /// Private halves are missing or the last resort was used: publish anew.
  bool renew_single_use = false;
  bool renew_last_resort = false;
  std::uint64_t leaf_time = 0;  ///< of its newest request to be added again, in any chat
  /// The phone number that a code was last asked for, and the one whose code has come back (E.164).
  std::string asked_number;
  std::string number;
  bool number_confirmed = false;  ///< by the relay's last word
  /// The relay is to forget this account, and nothing may make it known again.
  bool deleting = false;
  /// It has: nothing is said to it any more.
  bool deleted = false;
};

/// Its row in tables::device.
inline constexpr std::string_view device_row = "state";

crypto::SecretBytes encode(const DeviceRecord& record);
/// Errors: storage_damaged.
Result<DeviceRecord> decode_device_record(ByteSpan bytes);

}  // namespace tern::client
