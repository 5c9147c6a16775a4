// What ties an MLS message to its entry, and one member's view of the log to another's.
#pragma once

#include "client/step.hpp"

namespace tern::client::entry_checks {

/// The header in the message's authenticated data. Errors: header_mismatch when it is not of this
/// entry, kind or position; every member sees the same.
Result<wire::EntryHeader> header_of(const wire::Entry& entry);
/// What the sender saw of the log, once the message was authenticated: when it is not what this
/// device saw there, the app is told (once) and the history marked.
Result<void> compare_seen(Step& step, Chat& chat, const wire::EntryHeader& header);
/// The log is not what others, or this device before, saw of it.
Result<void> forked(Step& step, Chat& chat, std::uint64_t seq);

}  // namespace tern::client::entry_checks
