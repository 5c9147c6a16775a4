// An append whose answer was lost comes again: it is found among its author's latest ones, so that
// nothing is in a log twice.
#pragma once

#include <span>

#include "relay/log_store.hpp"
#include "relay/parsed_entry.hpp"

namespace tern::relay {

struct Repeated {
  std::size_t entries = 0;      ///< how many of these entries the log has already
  wire::LogHash restart_hash;   ///< the log's at first_seq, of a restart
  std::uint64_t first_seq = 0;  ///< the first's seq, if the log has it
};

/// A device has one append a log under way, and what it has read of the log it does not repeat: so
/// only its latest appends are looked at, and of them only what is newer than what it had seen.
/// Whoever lies about that gets doubles that members drop (by sender and entry id).
Result<Repeated> find_repeated(LogTransaction& store, const LogId& log, const LogState& state,
                               const Membership& author, std::span<const ParsedEntry> entries);

}  // namespace tern::relay
