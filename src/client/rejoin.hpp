// Being added again (design §4): a device that cannot follow its chat asks for it in the log; the
// first member online takes it out and puts it back in one commit; authors say their part again.
#pragma once

#include "client/leaf_time.hpp"
#include "client/saying_again.hpp"

namespace tern::client::rejoin {

/// A device that asked, and has not been answered.
struct Asked {
  wire::RejoinProof proof;
  Bytes key_package;
  LeafTime leaf_time = 0;
};

/// Up to where what was applied here is the log's. Where the relay tells another history, what was
/// applied of the old one is no measure.
std::uint64_t trusted_cursor(const ChatRecord& record);
/// The relay tells another history than this device has followed: the others' may be shorter, in an
/// earlier epoch, or from before the chat was begun anew. No Welcome is used twice all the same
/// (key_packages::use()).
bool lost_its_place(const ChatRecord& record);
/// This device cannot follow the chat any more: nothing of it is applied or sent but the request.
Result<void> become_split(Step& step, Chat& chat, wire::RejoinRequest::Reason reason);
/// Sends the request: once a day, and again when it was answered in vain.
Result<void> ask(Step& step, Chat& chat);
/// Whether a request for the log's generation is at the relay.
Result<bool> is_asked(Step& step, const Chat& chat);
/// The relay's answer to it: it has the request, or refused it until `retry_after_ms` passed.
Result<void> asked(Step& step, Chat& chat);
/// Who says that a commit's answers to such requests are its own; nullopt: nobody, or it is not
/// signed. Everybody can see it, whether or not they can open the commit.
std::optional<DeviceId> answerer(const Chat& chat, const wire::EntryHeader& header);
/// What the log shows while this device cannot follow it: an answer whose Welcome does not come, or
/// is of no use, lets it ask again before the day is over. Any member may answer first, but then
/// not the next time.
Result<void> note_answers(Step& step, Chat& chat, const std::vector<wire::Entry>& entries);
Result<void> answered_in_vain(Step& step, Chat& chat);
/// The same of the Welcome of one who is not believed, where the log may not show who has answered.
Result<void> answered_in_vain_by(Step& step, Chat& chat, const DeviceId& device);
/// The payload of the own request with this entry id, if it was the last one.
Result<std::optional<Bytes>> own_payload(Step& step, const Chat& chat, const EntryId& id);
/// The own request is of no use any more.
Result<void> forget_own(Step& step, Chat& chat);
/// This device is in again: no request is of use any more, its own or others'.
Result<void> forget_all(Step& step, Chat& chat);
/// Says in the history that entries are missing, where not all of them will be said again: the chat
/// is too large for it, this device has not asked, the devices are not the same (`before`) as when
/// it lost the chat, or one of them has come in since (welcome_notes.hpp).
Result<void> mark_gap(Step& step, Chat& chat, const Roster& before, std::uint64_t newest_member);
Result<void> tell_gap(Step& step, Chat& chat);
/// The same at `seq`, unless it is said there.
Result<void> tell_gap_once(Step& step, Chat& chat, std::uint64_t seq);
/// Who has gone says nothing again: says so where there is a gap, and it is not known to have said
/// all of its part.
Result<void> note_gone(Step& step, Chat& chat, const Roster& before, const Roster& after);
/// Nothing is said again any more of what was written before `seq`: says so, if it was not said and
/// not everybody is known to have said all of it.
Result<void> leave_gap(Step& step, Chat& chat, std::uint64_t seq);

/// How far a device has read what this one has, by what it says in the entry `seq`. One that comes
/// from another history is taken to have all but the last that can be told apart.
Result<std::uint64_t> common_with(Step& step, Chat& chat, std::uint64_t seq, std::uint64_t cursor,
                                  const wire::LogHash& cursor_hash);
/// Somebody's request, in the entry `seq`. A request that breaks a rule is a Problem, no error.
Result<void> receive(Step& step, Chat& chat, std::uint64_t seq, ByteSpan payload);
/// Those whom this device would add again. Whom it came in after would not believe it, and waits
/// for somebody else first.
Result<std::vector<Asked>> waiting(Step& step, const Chat& chat);
/// The request of this device is not answered: a commit that would add it cannot be made.
Result<void> give_up(Step& step, Chat& chat, const DeviceId& device);
/// This device makes the log's next group, in the entry `seq`; `header` says how far it has read,
/// or nothing.
Result<void> begins_anew(Step& step, Chat& chat, const DeviceId& device, std::uint64_t seq,
                         const wire::EntryHeader& header);
/// A commit brought devices back: what they missed of this device's messages is queued again.
Result<void> members_changed(Step& step, Chat& chat, const Roster& roster,
                             const MembershipChange& change);

/// The chat goes on in a new group: what may not have reached everybody of this device's messages
/// is queued again. Of those who are in now, who was not in `before` comes in with it.
Result<void> say_again(Step& step, Chat& chat, const Roster& before,
                       std::uint64_t returning_read = UINT64_MAX);
/// This device is in again, and others may have asked in the entries that it has skipped: the same
/// as for a new group. Who came in with it had read up to `returning_read` (welcome_notes.hpp).
Result<void> answer_late(Step& step, Chat& chat, const Roster& before,
                         std::uint64_t returning_read);

}  // namespace tern::client::rejoin
