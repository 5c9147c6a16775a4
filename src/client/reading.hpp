// Following logs: asking for what is missing, a bounded number of logs at once.
#pragma once

#include "client/step.hpp"

namespace tern::client {

/// Whether everything that the relay has told of was applied.
bool at_head(const Chat& chat);
/// Before then nothing is to be asked for; monotonic.
std::int64_t may_read_at(const Chat& chat);
/// Asks for the entries after the cursor, now or when others have been read.
Result<void> read_on(Step& step, Chat& chat);
/// Those from `from` on, also what this device has written and lost.
Result<void> read_whole(Step& step, Chat& chat, std::uint64_t from);
/// Whether `line.members` is there; otherwise the relay is asked who is on its list.
bool knows_members(Step& step, Chat& chat);
/// Whether the answer to a read from `from` does not have `next`, the first that is missing here,
/// though it says that there is more. An honest relay's has it, with others before it where those
/// were pushed meanwhile, or begins behind it with a hole, of which `bridges` says whether it goes
/// back to there.
template <class Bridges>
bool lacks(const wire::Entries& answer, std::uint64_t from, std::uint64_t next,
           const Bridges& bridges) {
  if (from > next) return false;
  if (answer.entries.empty()) return answer.head >= next;
  const auto &first = answer.entries.front(), &last = answer.entries.back();
  return last.seq < from || (first.seq > next && !bridges(first));
}
/// What a relay leaves out is asked for again after so long.
inline constexpr std::int64_t left_out_retry_ms = 60'000;
/// A read has ended, and another may begin.
void read_ended(Device& device, Chat& chat);
/// Whose turn it is to read, of those that wait; nullptr: nobody's. It may need it no longer, and
/// then it is the next one's.
Chat* next_to_read(Device& device);

}  // namespace tern::client
