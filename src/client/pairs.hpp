// A chat of two that this device has lost all memory of: the log's id says whose it is.
#pragma once

#include "client/step.hpp"

namespace tern::client::pairs {

/// A chat that is one with somebody whom the relay knows this device to know becomes that: with a
/// member of one of its chats, or one whose devices it has asked for. Not with who is in the
/// address book only, for a relay that makes up a log would learn from what follows who is. Nor
/// with who is blocked.
Result<void> recognize(Step& step, Chat& chat);

}  // namespace tern::client::pairs
