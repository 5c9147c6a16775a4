// What a device is told of a log without reading it.
#pragma once

#include "relay/log_store.hpp"
#include "wire/frames.hpp"

namespace tern::relay {

/// The last entry that a member, or a device that was struck, may read.
std::uint64_t readable_to(const LogState& state, const Membership& membership);
wire::LogHead log_head(const LogId& log, const LogState& state, const Membership& membership);
/// A handshake was lost that may have let somebody in, and the members have not committed since:
/// who crosses such a hole says the whole list in the next commit.
bool list_is_lost(const LogState& state);
/// The entry that last said that it is in. Who had gone and come again in what was lost is on the
/// list as from before; that it is is true once the members have said the whole list again.
std::uint64_t joined_at(const LogState& state, const Membership& membership);
/// Whether the log's running hash at `seq` is this one. What was forgotten is taken as equal,
/// unless the log has lost entries before it: then there were two histories up to there.
Result<bool> hash_matches(LogTransaction& store, const LogId& log, const LogState& state,
                          std::uint64_t seq, const wire::LogHash& hash);

}  // namespace tern::relay
