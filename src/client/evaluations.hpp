// Numbers on their way through the relay's function (RFC 9497, mode 1): blinded, kept, sent, and
// the answer's proof checked before any of it is believed.
#pragma once

#include "client/contacts.hpp"

namespace tern::client::evaluations {

/// Whether another batch can be asked for now.
bool ready(const Device& device, Now now);
/// Sends the batch that was interrupted, or makes the next. The blinds are on the disk before it
/// leaves: when the answer is lost, the same elements are asked again, which costs nothing. False:
/// nobody waits.
Result<bool> go_on(Step& step);

/// Errors: oprf_*; directory_damaged (an answer to another question).
Result<void> received(Step& step, const wire::Evaluated& answer);
Result<void> refused(Step& step, const wire::Refused& refused);

}  // namespace tern::client::evaluations
