// A chat that is not at the relay yet: claim KeyPackages, make the group and its first commit,
// persist both, create the log with it (design §4).
#pragma once

#include "client/step.hpp"

namespace tern::client::creation {

/// The group's id says which chat, and which generation of its log.
Bytes group_id_of(const ChatId& chat, std::uint32_t generation);
/// A chat that waits for its group: kept at once, set up when there is a link.
Result<void> begin_pair(Step& step, const AccountId& peer);
Result<void> begin_group(Step& step, const ChatId& id, std::string_view title,
                         std::span<const AccountId> members);
/// What comes next of it.
Result<void> go_on(Step& step, Chat& chat);
/// The relay has the log, with this device's first commit.
Result<void> created(Step& step, Chat& chat, const wire::Appended& appended);
/// The other side was first: its Welcome is on the way.
Result<void> was_second(Step& step, Chat& chat);
/// Still without it.
Result<void> await_welcome(Step& step, Chat& chat);

}  // namespace tern::client::creation
