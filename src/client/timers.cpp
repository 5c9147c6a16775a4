#include "client/timers.hpp"

namespace tern::client {

void Timers::wake(const ChatId& chat, std::int64_t at_ms) {
  if (at_ms == never_ms) return;
  const auto [entry, added] = chats_.try_emplace(chat, at_ms);
  if (!added) {
    if (entry->second <= at_ms) return;
    times_.erase({entry->second, chat});
    entry->second = at_ms;
  }
  times_.insert({at_ms, chat});
}

std::vector<ChatId> Timers::due(Now now) {
  std::vector<ChatId> out;
  while (!times_.empty() && times_.begin()->first <= now.mono_ms) {
    out.push_back(times_.begin()->second);
    chats_.erase(times_.begin()->second);
    times_.erase(times_.begin());
  }
  return out;
}

}  // namespace tern::client
