// Coming into a chat by a Welcome: from the inbox, checked in every way that does not take the
// relay's word, and in one transaction with all that follows from it.
#pragma once

#include "client/step.hpp"

namespace tern::client::joining {

/// How long a Welcome may be on its way from the inbox before the log is asked.
inline constexpr std::int64_t welcome_wait_ms = 10'000;

enum class Received : std::uint8_t {
  taken,   ///< joined, kept, or refused by a rule
  sealed,  ///< made for a KeyPackage that is not here
};

/// A Welcome from the inbox. One that breaks a rule is a Problem, no error; one for a chat that
/// this device follows is kept until the chat's log says that it is needed.
Result<Received> receive(Step& step, const wire::InboxWelcome& welcome);
/// The log has taken this device out in the commit `seq`: a Welcome that was kept may invite it
/// anew, further on.
Result<void> taken_out(Step& step, Chat& chat, std::uint64_t seq);
/// The log has taken this device out and put it back in the commit `seq`: joins with the Welcome
/// that was kept for it, or waits for it.
Result<void> put_back(Step& step, Chat& chat, std::uint64_t seq);

/// The relay has forgotten the entries that come next. With a Welcome that was kept this device
/// goes on behind them; otherwise it asks to be added again.
Result<void> behind_what_is_kept(Step& step, Chat& chat);
/// The chat was begun anew at `seq`, by `author`: into the new group, if the Welcome to it is here.
Result<void> restarted(Step& step, Chat& chat, std::uint64_t seq, const Seat& author);

}  // namespace tern::client::joining
