// A chat that somebody began anew, as its members see it who could still follow (design §4): the
// entry is judged by what they know, and the Welcome to the new group lies in their inbox.
#pragma once

#include "client/foreign_entries.hpp"

namespace tern::client::restart_entry {

/// An entry of kind restart. Whoever wrote it had the right to, or it is passed over by all; either
/// way it begins the log's next generation.
Result<foreign_entries::Outcome> apply(Step& step, Chat& chat, const wire::Entry& entry);

}  // namespace tern::client::restart_entry
