// Leaving (design §4): a proposal to be removed, which the next committer carries out.
#pragma once

#include "client/step.hpp"

namespace tern::client::leaving {

/// Asks the others to be let out, behind everything that waits to be sent. Alone, or before the
/// chat is set up, there is nobody to ask.
Result<void> begin(Step& step, Chat& chat);
/// A new epoch has forgotten the proposals of the last: asks again while still in.
Result<void> epoch_passed(Step& step, Chat& chat);

}  // namespace tern::client::leaving
