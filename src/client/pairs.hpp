// A chat of two that this device has lost all memory of: the log's id says whose it is.
#pragma once

#include <unordered_map>

#include "client/step.hpp"

namespace tern::client::pairs {

using Peers = std::unordered_map<LogId, AccountId>;

/// By the log of a chat with them: everybody whom the relay knows this device to know, the members
/// of its chats and those whose devices it has asked for. Not who is in the address book only, for
/// a relay that makes up a log would learn from what follows who is. Nor who is blocked.
Result<Peers> peers(const Step& step);
/// A chat that is one with one of them becomes that.
void recognize(Step& step, Chat& chat, const Peers& peers);

}  // namespace tern::client::pairs
