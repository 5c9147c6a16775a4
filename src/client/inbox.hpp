// The device's inbox: a log of Welcomes, read to its head before anything else.
#pragma once

#include "client/step.hpp"

namespace tern::client::inbox {

/// Where the relay's copy stands.
Result<void> resumed(Step& step, const wire::LogHead& head);
/// Reads on, or, at the head, lets those go on who waited for it.
Result<void> go_on(Step& step);
/// The answer to a read.
Result<void> read(Step& step, const wire::Entries& answer);
/// When it is to be asked again for what the relay has left out; never_ms: it has not.
std::int64_t retry_at(const Device& device);
/// Entries of the inbox: read, or pushed.
Result<void> apply(Step& step, const wire::Entries& entries);
bool at_head(const Device& device);
/// A log that is not known here has news for this device: its Welcome is on its way, or lost.
Result<void> heard_of(Step& step, const LogId& stranger);
/// Another link is wanted, for only that shows where the logs stand: soon, but not often.
void relink(Step& step);
/// Whether only another link shows which chats this device is in, or where they stand.
bool relink_is_due(Device& device, Now now);

}  // namespace tern::client::inbox
