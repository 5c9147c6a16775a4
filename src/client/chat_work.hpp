// What a chat does next, seen from where it stands: read on, set itself up, ask to be added again,
// or say what it has to say.
#pragma once

#include "client/step.hpp"

namespace tern::client {

/// Looks at everything that the chat may do now and does the first that is due; asks to be woken
/// for what is due later. Without a link: nothing.
Result<void> work_on(Step& step, Chat& chat);

/// Whether all that it may do is to read on.
bool only_reads(const Chat& chat);

/// Whether the chat may say nothing yet; then it is woken when it may.
bool holds(Step& step, const Chat& chat);
/// Nothing is said in this chat before `wait_ms` have passed, a little longer each time.
void back_off(Step& step, Chat& chat, std::int64_t wait_ms);

}  // namespace tern::client
