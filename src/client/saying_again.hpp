// What is said again to who has missed it: own messages, from the history, under their old ids.
#pragma once

#include "client/membership.hpp"
#include "client/roster.hpp"

namespace tern::client::rejoin {

/// Design §4: in chats of up to so many devices authors say again what was missed; above, the
/// timeline marks the gap.
inline constexpr std::size_t say_again_devices_max = 32;

/// What stands between these two in the log.
struct Missed {
  std::uint64_t after = 0;
  std::uint64_t before = 0;
};

/// Own messages of there that do not wait to be said again already are queued: the newest 1,000, as
/// many of those that count as written there (settle_lost()), and of those that were said again
/// there.
Result<void> queue_again(Step& step, Chat& chat, const Missed& missed);
/// What all who are in `after` were in for, of what was missed, when this device goes on in a new
/// history; who was not in `before` comes in with it.
Missed meant_for_all(const Roster& before, const Roster& after, Missed missed);

/// Whether a device is in `after` that was not in `before`.
bool has_newcomer(const Roster& before, const std::vector<Seat>& after);
/// Where there is one: what is still queued to be said again was written before they came, and is
/// dropped.
Result<void> keep_from_newcomers(Step& step, Chat& chat, const Roster& before, const Roster& after);

/// What stands at `order` was said again, in the entry `seq`: so far has it to be heard by now.
/// What stands further on, in a history that is lost, counts as that entry's from now on.
Result<void> said_again(Step& step, const Chat& chat, std::uint64_t seq, std::uint64_t order);
/// The history goes on at `seq`, and what is to be said again of another one is queued: what else
/// stands further on, in one that is lost, counts as written there, before whoever comes in later;
/// who came in or was taken out further on did so there, and what was said again there was not.
Result<void> settle_lost(Step& step, const Chat& chat, std::uint64_t seq);
/// It goes on on another history than this device has followed: all of them before `seq`, as far as
/// they are no older than what is compared of a log, and all are in for it who are in now.
Result<void> say_all_again(Step& step, Chat& chat, const Roster& before, std::uint64_t seq);
/// The log goes on at `seq` behind a hole: the same for what was in it, from `first_lost` on, and
/// in chats of any size, for it is said once for all.
Result<void> say_lost_again(Step& step, Chat& chat, std::uint64_t first_lost, std::uint64_t seq);

}  // namespace tern::client::rejoin
