// When which chat is to be looked at again. One wake-up a chat: whoever is woken looks at all that
// may be due and asks anew.
#pragma once

#include <set>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "tern/bytes.hpp"

namespace tern::client {

class Timers {
 public:
  /// At `at_ms` (monotonic), or earlier if an earlier time was asked for.
  void wake(const ChatId& chat, std::int64_t at_ms);
  /// Takes out the chats whose time has come.
  std::vector<ChatId> due(Now now);
  std::int64_t next() const { return times_.empty() ? never_ms : times_.begin()->first; }

 private:
  std::unordered_map<ChatId, std::int64_t> chats_;
  std::set<std::pair<std::int64_t, ChatId>> times_;
};

}  // namespace tern::client
