// A relay that was put back to an older copy of its disk (design §4). This device shows it the head
// that it had been told, under the relay's own seal; the log goes on behind the highest that is
// shown, an entry marks the hole, and authors say again what was lost.
//
// A relay may only pretend. Then nothing is lost, for authors have what they wrote and say it
// again; nothing is there twice, for a message is known by its author and id; and everybody is
// told. A relay that tells another history for the same place, instead of an older one, has not
// lost something: that is LogForked.
#pragma once

#include "client/foreign_entries.hpp"

namespace tern::client::rollback {

/// The relay's head is below what was applied here.
Result<void> noticed(Step& step, Chat& chat, std::uint64_t head);
/// It has lost entries and forgotten them since, so that nobody can tell which of what was applied
/// here is the log's.
Result<void> may_have_missed(Step& step, Chat& chat);
/// Shows it what it had said, now or when it may be asked again.
Result<void> report(Step& step, Chat& chat);
/// The log goes on.
Result<void> mended(Step& step, Chat& chat);
Result<void> refused(Step& step, Chat& chat, const wire::Refused& refused);

/// Whether this entry may follow what was applied here, though seqs in between are missing.
bool follows(const Chat& chat, const wire::Entry& entry);
Result<foreign_entries::Outcome> apply_hole(Step& step, Chat& chat, const wire::Entry& entry);

}  // namespace tern::client::rollback
