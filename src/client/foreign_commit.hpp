// Somebody's valid commit: held against the group's policy and against what it told the relay,
// then entered.
#pragma once

#include "client/step.hpp"

namespace tern::client::foreign_commit {

/// Enters the epoch, or passes the commit over as every other member does, or leaves the chat.
Result<void> apply(Step& step, Chat& chat, const wire::Entry& entry,
                   const wire::EntryHeader& header, mls::CommitReceived commit);
/// A commit that nobody enters may have changed the relay's access list: somebody sets it right.
void passed_over(Step& step, Chat& chat, const wire::EntryHeader& header);

}  // namespace tern::client::foreign_commit
