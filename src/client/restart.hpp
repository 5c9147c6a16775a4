// A chat that nobody can follow begins anew (design §4): a new group in the same log, one
// generation on, with the members that there were.
//
// Who may: either account of a chat of two; an admin of a group. When, by itself: as soon as the
// log shows a signed request to be added again of every other device, for then nobody is left to
// answer. When the own request has stood there for a day, in a group those of most of the
// others are enough, for a member who has split all the rest does not ask; in a chat of two none is
// needed. A group's admin may be asked by a person otherwise (Chat::restart()). A relay that
// withholds the answers can bring that about, and gains nothing by it: the same accounts are let
// in, by certificates that they have signed, and everybody is shown that it happened. It could hide
// that somebody was taken out from the admin who begins anew, so a group does not do that on its
// own word alone: others would see that they came in again. What the log shows as taken out stays
// out.
#pragma once

#include "client/step.hpp"

namespace tern::client::restart {

/// Whether the chat is about to begin anew, or the next step to it was taken.
Result<bool> go_on(Step& step, Chat& chat);
/// A person asks for it. Errors go to `done` at once: chat_left, invalid_argument (the chat can be
/// followed), policy_violated.
Result<void> want(Step& step, Chat& chat, Engine::Done done);
/// The log has it.
Result<void> taken(Step& step, Chat& chat, const wire::Appended& appended);
Result<void> refused(Step& step, Chat& chat, const wire::Refused& refused);

}  // namespace tern::client::restart
