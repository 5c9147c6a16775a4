// Leaving (design §4): a proposal to be removed, which the next committer carries out.
#pragma once

#include "client/step.hpp"

namespace tern::client::leaving {

/// Asks the others to be let out, behind everything that waits to be sent and, who cannot follow
/// the chat or waits for its Welcome, once it is in. Alone, or before the chat is set up, there is
/// nobody to ask.
Result<void> begin(Step& step, Chat& chat);
/// The chat that it wants to leave has not been made, as far as this device knows: goes once the
/// relay has told what it knows of it.
Result<void> unmade(Step& step, Chat& chat);
/// This device cannot follow the chat that it wants to leave: nobody lets it in, for the relay
/// knows of nobody else there, and so it goes. Asks the relay first.
Result<bool> leaves_nobody(Step& step, Chat& chat);
/// The request is encrypted in this epoch and not yet seen in the log: it may have to be sent
/// again.
Result<bool> is_said(Step& step, const Chat& chat, const EpochTag& epoch);
/// A proposal to leave is in the log. When everybody has asked there is nobody to carry it out:
/// this device goes as it wished.
Result<void> proposed(Step& step, Chat& chat, std::uint64_t seq);
/// A new epoch, begun by the entry `seq`, has forgotten the proposals of the last: asks again while
/// still in, and not alone.
Result<void> epoch_passed(Step& step, Chat& chat, std::uint64_t seq);

}  // namespace tern::client::leaving
