// When a device renews its own keys by a commit of its own (design §4, MLS profile): the more
// members, the rarer, for each such commit costs all of them.
#pragma once

#include "client/step.hpp"

namespace tern::client {

/// Whether a self-update should ride along with the message that is about to be sent.
bool heals_now(const Step& step, const Chat& chat);

}  // namespace tern::client
