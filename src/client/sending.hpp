// From the outbox to the log (design §2.3): encrypt late, at the head of the log, under the epoch
// that everybody is in when it gets there.
#pragma once

#include "client/step.hpp"

namespace tern::client {

/// Sends the front of the outbox, and receipts that are due, in one append. What was encrypted in
/// this epoch before goes out as the same bytes. The chat is active, at head, nothing under way.
Result<void> send_outbox(Step& step, Chat& chat);
/// The same under the pending commit, which goes before it.
Result<void> send_commit(Step& step, Chat& chat);
/// Whether the outbox holds something.
Result<bool> has_something_to_send(Step& step, const Chat& chat);

}  // namespace tern::client
