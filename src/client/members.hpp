// What a person wants of a group's members: checked against its rules here, before anything is
// asked of the others.
#pragma once

#include "client/step.hpp"

namespace tern::client::members {

/// Errors go to `done` at once: policy_violated, not_member, chat_left, chat_not_ready,
/// chat_too_large.
Result<void> add(Step& step, Chat& chat, std::span<const AccountId> accounts, Engine::Done done);
/// Also not_found; invalid_argument for oneself, who leaves instead.
Result<void> remove(Step& step, Chat& chat, const AccountId& account, Engine::Done done);
Result<void> leave(Step& step, Chat& chat, Engine::Done done);

}  // namespace tern::client::members
