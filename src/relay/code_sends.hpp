// How many codes were sent of late: to a number, and for an account. In the store, so that a relay
// that starts again has not forgotten.
#pragma once

#include "relay/directory_store.hpp"

namespace tern::relay {

SendsKey sends_to(const NumberId& number);
SendsKey sends_for(const AccountId& account);

inline constexpr std::int64_t sends_window_s = 3'600;
/// Whatever the configuration says: so many are kept in a row.
inline constexpr std::uint32_t sends_kept_max = 1'024;

/// In how many seconds one more may be sent, when `max` may be an hour; 0: now.
Result<std::int64_t> sends_wait_s(DirectoryTransaction& store, const SendsKey& key,
                                  std::uint32_t max, std::int64_t now_s);
Result<void> count_send(DirectoryTransaction& store, const SendsKey& key, std::int64_t now_s);
/// One of that moment was not sent after all.
Result<void> uncount_send(DirectoryTransaction& store, const SendsKey& key, std::int64_t sent_s);

/// The day on which whatever was written at `now_s` is certainly too old.
std::uint32_t contact_due_day(std::int64_t now_s);

}  // namespace tern::relay
