// Following logs: asking for what is missing, a bounded number of logs at once.
#pragma once

#include "client/step.hpp"

namespace tern::client {

/// Whether everything that the relay has told of was applied.
bool at_head(const Chat& chat);
/// Asks for the entries after the cursor, now or when others have been read.
Result<void> read_on(Step& step, Chat& chat);
/// Those from `from` on, also what this device has written and lost.
Result<void> read_whole(Step& step, Chat& chat, std::uint64_t from);
/// Whether `line.members` is there; otherwise the relay is asked who is on its list.
bool knows_members(Step& step, Chat& chat);
/// A read has ended: the next chat that waits may begin.
void read_ended(Step& step, Chat& chat);

}  // namespace tern::client
