// From the log to the disk (design §2.2): consecutive entries, each checked, decrypted and turned
// into rows, with the cursor behind them, in the caller's one transaction.
#pragma once

#include "client/step.hpp"

namespace tern::client {

/// Applies what follows the cursor; what is known already is passed over, a gap ends it. A rule
/// that an entry breaks is a Problem and the entry is passed over, as every other member does.
Result<void> apply_entries(Step& step, Chat& chat, const std::vector<wire::Entry>& entries);

/// Entries of this device, taken by the relay as `first_seq` …, applied without reading them back.
Result<void> apply_own(Step& step, Chat& chat, std::uint64_t first_seq,
                       const std::vector<OutboxEntry>& entries);

}  // namespace tern::client
