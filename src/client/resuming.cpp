#include "client/resuming.hpp"

#include "client/blocks.hpp"
#include "client/entry_checks.hpp"
#include "client/inbox.hpp"
#include "client/joining.hpp"
#include "client/pairs.hpp"
#include "client/registration.hpp"
#include "client/rejoin.hpp"
#include "client/restored.hpp"
#include "client/rollback.hpp"
#include "client/survey.hpp"
#include "client/wanted_blobs.hpp"

namespace tern::client::resuming {
namespace {

using Reason = wire::RejoinRequest::Reason;

// Another history than what was applied here.
Result<void> differs(Step& step, Chat& chat, const wire::LogHead& head) {
  TERN_TRY(entry_checks::forked(step, chat, std::min(head.head, chat.record.cursor)));
  if (head.member) return rejoin::become_split(step, chat, Reason::hole);
  // It may read on up to where it was taken out, to see that it was.
  step.look_at(chat);
  return {};
}

void note(Line& line, const wire::LogHead& head) {
  line.known = true;
  line.head = line.told = head.head;
  line.base = head.base;
  line.generation = head.generation;
  line.first_kept = head.first_kept;
  line.member = head.member;
  line.was_read = false;
}

// A chat is begun anew, but never goes back to before that.
bool is_another_history(const ChatRecord& record, const wire::LogHead& head) {
  return !head.hash_matches || head.generation < record.generation;
}

// It asks to be let in already: what it had read may be nobody's, is to be said to it again, and is
// no measure for who lets it in.
Result<void> place_split(Step& step, Chat& chat, const wire::LogHead& head) {
  auto& record = chat.record;
  if (record.joined_seq == 0) return {};
  if (!head.member) {
    // The relay may have lost the chat, and its members with it, or has taken this device out long
    // ago: nobody is let in before somebody shows the chat again, and all of them may be asking.
    chat.line.lost =
        record.cursor > head.head && record.seal != 0 && !rejoin::lost_its_place(record);
    return chat.line.lost ? step.rows.erase(tables::surveys, chat.row) : Result<void>();
  }
  const bool another = is_another_history(record, head);
  TERN_ASSIGN(const auto survey, Survey::load(step.rows, chat));
  // The request may be lost with what was read.
  const bool lost = survey.seq > head.head;
  if (another || lost) TERN_TRY(step.rows.erase(tables::surveys, chat.row));
  const bool known = record.forked || record.rolled_back;
  if (lost || (another && !known)) TERN_TRY(rejoin::forget_own(step, chat));
  if (!another) return {};
  const bool is_there = record.cursor <= head.head && head.first_kept <= record.cursor + 1;
  TERN_TRY(is_there ? entry_checks::forked(step, chat, record.cursor)
                    : rollback::may_have_missed(step, chat));
  // Of what is forgotten too the relay does not know whether it was the same.
  if (is_there || record.cursor > head.head || head.generation < record.generation)
    step.edit(chat).rejoin_reason = Reason::hole;
  return {};
}

Result<void> place(Step& step, Chat& chat, const wire::LogHead& head) {
  note(chat.line, head);
  const auto& record = chat.record;
  if (record.state == ChatState::active) {
    if (record.cursor > head.head) return rollback::noticed(step, chat, head.head);
    if (head.first_kept > record.cursor + 1) {
      if (is_another_history(record, head)) TERN_TRY(rollback::may_have_missed(step, chat));
      TERN_TRY(joining::behind_what_is_kept(step, chat));
      return record.state == ChatState::split ? place_split(step, chat, head) : Result<void>();
    }
    if (is_another_history(record, head)) return differs(step, chat, head);
  }
  if (record.state == ChatState::split) TERN_TRY(place_split(step, chat, head));
  step.look_at(chat);
  return {};
}

// It has left or was taken out, and somebody has added it since: a Welcome that it could not open
// says so, or the place where the relay's list took it in, where the Welcome is lost, with the
// relay's disk or by an old copy of its own. That it is on the list does not: so is who was let out
// by nobody. As a chat that it knows nothing of.
Result<void> come_back_in(Step& step, Chat& chat, const wire::LogHead& head) {
  if (chat.record.state != ChatState::left) return {};
  TERN_ASSIGN(const auto invited, step.rows.get(tables::welcomes, chat.row));
  if (!invited && head.joined <= chat.record.cursor) return {};
  auto& record = step.edit(chat);
  TERN_TRY(step.rows.erase(tables::welcomes, chat.row));
  record.joined_seq = 0;
  record.generation = head.generation;
  return rejoin::become_split(step, chat, Reason::restored);
}

}  // namespace

wire::Resume request(const Device& device) {
  wire::Resume out;
  out.store_counter = device.record.store_counter;
  out.logs.push_back({device.account.inbox, device.record.inbox_cursor, device.record.inbox_hash});
  for (const auto& [id, chat] : device.chats) {
    const auto& record = chat->record;
    if (record.joined_seq == 0 || record.state == ChatState::left) continue;
    if (out.logs.size() == limits::resume_logs_max) break;
    out.logs.push_back({id, record.cursor, record.hash});
  }
  return out;
}

Result<void> resumed(Step& step, const wire::Resumed& answer) {
  auto& device = step.device;
  device.standing.registered = answer.registered;
  if (!answer.registered) TERN_TRY(numbers::gone(step));
  device.standing.key_packages_left = answer.key_packages_left;
  if (!device.link.online()) step.emit(ConnectionChanged{true});
  device.link.resumed();
  if (answer.store_counter > device.record.store_counter)
    TERN_TRY(restored::counter_is_behind(step, answer.store_counter));
  TERN_TRY(wanted_blobs::offer_unproven(step));
  device.strangers.clear();
  const wire::LogHead* own_inbox = nullptr;
  for (const auto& head : answer.logs) {
    if (head.log == device.account.inbox) {
      own_inbox = &head;
    } else if (Chat* chat = device.chats.find(head.log)) {
      TERN_TRY(place(step, *chat, head));
      if (chat->record.state == ChatState::left && head.member) device.strangers.push_back(head);
    } else if (head.member) {
      device.strangers.push_back(head);
    }
  }
  // Not named by either side, and whatever it waited for may have passed before this.
  for (const auto& [id, chat] : device.chats)
    if (chat->record.state == ChatState::split) step.look_at(*chat);
  // Last: when nothing is left to read in it, the strangers are adopted at once.
  return own_inbox ? inbox::resumed(step, *own_inbox) : Result<void>();
}

Result<void> adopt_strangers(Step& step) {
  auto& device = step.device;
  const auto strangers = std::exchange(device.strangers, {});
  for (const auto& head : strangers) {
    if (Chat* const known = device.chats.find(head.log)) {
      TERN_TRY(come_back_in(step, *known, head));
      continue;
    }
    TERN_ASSIGN(const bool refused, blocks::is_refused(step.rows, head.log));
    if (refused) continue;
    auto made = std::make_unique<Chat>(device.open_rows, device.sealer, head.log);
    made->record.one_to_one = false;
    made->record.generation = head.generation;
    made->record.newest_ms = step.now.wall_ms;
    note(made->line, head);
    Chat& chat = step.add(std::move(made));
    TERN_TRY(pairs::recognize(step, chat));
    TERN_TRY(rejoin::become_split(step, chat, Reason::restored));
  }
  return {};
}

}  // namespace tern::client::resuming
