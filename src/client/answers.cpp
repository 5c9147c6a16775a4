#include "client/answers.hpp"

#include <algorithm>

#include "client/applying.hpp"
#include "client/claims.hpp"
#include "client/creation.hpp"
#include "client/history.hpp"
#include "client/inbox.hpp"
#include "client/intents.hpp"
#include "client/reading.hpp"
#include "client/refusals.hpp"
#include "client/registration.hpp"
#include "client/rejoin.hpp"
#include "client/restart.hpp"
#include "client/resuming.hpp"
#include "client/rollback.hpp"
#include "client/seating.hpp"
#include "client/survey.hpp"
#include "client/wanted_blobs.hpp"

namespace tern::client::answers {
namespace {

using What = Purpose::What;

constexpr std::int64_t inbox_full_retry_ms = 60'000;
constexpr std::int64_t reservation_ms = 2'000;

// An answer of another kind than its question: the relay does not speak this protocol.
Result<void> nonsense(Step& step) {
  step.device.link.close(Errc::frame_malformed);
  return {};
}

// In ascending order. To be asked for before the log's answer settles the commit.
Result<std::vector<DeviceId>> added_by_pending(Step& step, Chat& chat) {
  if (!chat.record.commit_pending) return std::vector<DeviceId>();
  TERN_ASSIGN(const auto* const pending, chat.pending(step.rows));
  return devices_of(pending->added);
}

// The others are in; these will be, by a commit of their own once there is room. The relay may name
// nobody else than whom the commit has added.
Result<void> note_full_inboxes(Step& step, Chat& chat, const std::vector<DeviceId>& added,
                               std::vector<DeviceId> devices) {
  std::erase_if(devices, [&](const DeviceId& device) {
    return !std::binary_search(added.begin(), added.end(), device);
  });
  if (devices.empty()) return {};
  TERN_ASSIGN(auto intents, Intents::load(step.rows, chat.row));
  intents.add_again.insert(intents.add_again.end(), devices.begin(), devices.end());
  chat.pace.claim_at = step.now.mono_ms + inbox_full_retry_ms;
  step.problem(chat.id(), Errc::inbox_full, "a new member's inbox has no room for its Welcome");
  return intents.store(step.rows, chat.row);
}

// What the relay says of its head, to be shown to it if it ever forgets.
void note_seal(Step& step, Chat& chat, std::uint64_t seq, std::uint64_t seal) {
  if (seal == 0 || chat.record.state != ChatState::active || chat.record.cursor != seq) return;
  step.edit(chat).seal = seal;
}

Result<void> appended(Step& step, Chat& chat, const wire::Appended& answer) {
  const auto under_way = std::exchange(chat.line.in_flight, {});
  chat.line.appending = false;
  chat.line.head = std::max(chat.line.head, answer.head);
  chat.pace.backoff_ms = 0;
  chat.pace.overtaken = 0;
  const auto before = chat.record.cursor;
  TERN_ASSIGN(const auto added, added_by_pending(step, chat));
  TERN_TRY(apply_own(step, chat, answer.first_seq, under_way));
  if (chat.record.cursor > before) TERN_TRY(wanted_blobs::prove(step));
  note_seal(step, chat, answer.first_seq + under_way.size() - 1, answer.seal);
  return note_full_inboxes(step, chat, added, answer.inbox_full);
}

Result<void> created(Step& step, Chat& chat, const wire::Appended& answer) {
  chat.line.appending = false;
  chat.pace.backoff_ms = 0;
  TERN_ASSIGN(const auto added, added_by_pending(step, chat));
  TERN_TRY(creation::created(step, chat, answer));
  note_seal(step, chat, answer.first_seq, answer.seal);
  return note_full_inboxes(step, chat, added, answer.inbox_full);
}

Result<void> restarted(Step& step, Chat& chat, const wire::Appended& answer) {
  TERN_ASSIGN(const auto added, added_by_pending(step, chat));
  TERN_TRY(restart::taken(step, chat, answer));
  note_seal(step, chat, answer.first_seq, answer.seal);
  return note_full_inboxes(step, chat, added, answer.inbox_full);
}

// Behind it the log is where it was before the relay lost a part of it.
void count_hole(Line& line, const wire::Entry& entry) {
  line.base = entry.base;
  line.members.reset();
  if (const auto hole = wire::decode_hole(entry.payload)) line.generation = hole->generation;
}

// Where the log's newest handshake is, and in which generation it stands.
void count(Line& line, const std::vector<wire::Entry>& entries) {
  for (const auto& entry : entries) {
    if (entry.seq <= line.told) continue;
    // What is pushed behind entries that are still to be read comes again with them.
    if (entry.seq != line.told + 1 && entry.kind != wire::EntryKind::hole) return;
    line.told = entry.seq;
    if (wire::is_handshake(entry.kind)) {
      line.base = entry.seq;
      line.members.reset();
    }
    if (entry.kind == wire::EntryKind::restart) ++line.generation;
    if (entry.kind == wire::EntryKind::hole) count_hole(line, entry);
  }
}

Result<void> entries(Step& step, Chat& chat, const wire::Entries& entries) {
  if (std::any_of(entries.entries.begin(), entries.entries.end(),
                  [](const wire::Entry& entry) { return entry.seq >= seqs_end; }))
    return nonsense(step);
  chat.line.known = true;
  chat.line.head = std::max(chat.line.head, entries.head);
  count(chat.line, entries.entries);
  step.look_at(chat);
  if (chat.record.state == ChatState::split) {
    TERN_TRY(rejoin::note_answers(step, chat, entries.entries));
    return survey::note(step, chat, entries.entries);
  }
  TERN_TRY(apply_entries(step, chat, entries.entries));
  const bool none = entries.entries.empty();
  note_seal(step, chat, none ? chat.record.cursor : entries.entries.back().seq, entries.seal);
  return {};
}

// The entry that is missing here, and that the relay has and does not give.
Result<std::optional<std::uint64_t>> left_out_in(Step& step, Chat& chat,
                                                 const wire::Entries& answer) {
  if (chat.record.state == ChatState::split) return survey::left_out_in(step, chat, answer);
  const auto next = chat.record.cursor + 1;
  const auto follows = [&](const wire::Entry& entry) { return rollback::follows(chat, entry); };
  if (chat.record.state != ChatState::active || !lacks(answer, chat.line.read_from, next, follows))
    return std::optional<std::uint64_t>();
  return std::optional(next);
}

// The other chats go on; this one when it is given.
Result<void> left_out(Step& step, Chat& chat, const wire::Entries& answer, std::uint64_t next) {
  chat.line.head = std::max(chat.line.head, answer.head);
  chat.line.retry_at = step.now.mono_ms + left_out_retry_ms;
  if (chat.pace.left_out == next) return {};
  step.problem(chat.id(), Errc::frame_malformed,
               "the relay leaves out entry " + std::to_string(next) + " of the chat");
  step.then([&chat, next] { chat.pace.left_out = next; });
  return {};
}

Result<void> read(Step& step, Chat& chat, const wire::Entries& answer) {
  read_ended(step.device, chat);
  chat.line.was_read = true;
  TERN_ASSIGN(const auto missing, left_out_in(step, chat, answer));
  if (missing) return left_out(step, chat, answer, *missing);
  const bool follows = chat.record.state == ChatState::active;
  chat.line.head = answer.head;
  // It has lost nothing after all.
  if (follows && answer.entries.empty() && chat.record.rolled_back)
    step.edit(chat).rolled_back = false;
  return entries(step, chat, answer);
}

Result<void> of_chat(Step& step, Chat& chat, What what, const wire::Answer& answer) {
  step.look_at(chat);
  if (const auto* answered = std::get_if<wire::Appended>(&answer)) {
    if (what == What::append) return appended(step, chat, *answered);
    if (what == What::create_log) return created(step, chat, *answered);
    if (what == What::rejoin) return rejoin::asked(step, chat);
    if (what == What::restart) return restarted(step, chat, *answered);
  }
  if (const auto* answered = std::get_if<wire::Entries>(&answer); answered && what == What::read)
    return answered->log == chat.id() ? read(step, chat, *answered) : nonsense(step);
  if (const auto* answered = std::get_if<wire::Claimed>(&answer); answered && what == What::claim)
    return claims::received(step, chat, *answered);
  if (std::holds_alternative<wire::Done>(answer) && what == What::reserve) {
    chat.line.reserving = false;
    chat.pace.reserved_until = step.now.mono_ms + reservation_ms;
    return {};
  }
  if (const auto* members = std::get_if<wire::Members>(&answer); members && what == What::members) {
    chat.line.asking_members = false;
    chat.line.members = members->devices;
    return {};
  }
  if (std::holds_alternative<wire::Done>(answer) && what == What::report_head)
    return rollback::mended(step, chat);
  return nonsense(step);
}

Result<void> of_device(Step& step, const Purpose& purpose, const wire::Answer& answer) {
  const auto what = purpose.what;
  if (const auto* resumed = std::get_if<wire::Resumed>(&answer); resumed && what == What::resume)
    return resuming::resumed(step, *resumed);
  if (std::holds_alternative<wire::Registered>(answer) && what == What::register_device)
    return registration::registered(step);
  if (const auto* published = std::get_if<wire::KeyPackagesPublished>(&answer);
      published && what == What::publish)
    return registration::published(step, *published);
  if (const auto* read = std::get_if<wire::Entries>(&answer); read && what == What::read_inbox) {
    return read->log == step.device.account.inbox ? inbox::read(step, *read) : nonsense(step);
  }
  if (const auto* stored = std::get_if<wire::BlobStored>(&answer);
      stored && (what == What::put_blob || what == What::ask_blob))
    return transfers::stored(step, purpose, *stored);
  if (const auto* chunk = std::get_if<wire::BlobChunk>(&answer); chunk && what == What::get_blob)
    return transfers::received(step, purpose, *chunk);
  if (what >= What::directory) return contacts::answered(step, purpose, answer);
  if (what >= What::request_code) return numbers::answered(step, what, answer);
  if (std::holds_alternative<wire::Done>(answer) && what == What::signal) {
    live::answered(step.device);
    return {};
  }
  if (std::holds_alternative<wire::Done>(answer) && what == What::ack) return {};
  return nonsense(step);
}

Result<void> pushed_entries(Step& step, const wire::Entries& push) {
  if (push.log == step.device.account.inbox) return inbox::apply(step, push);
  Chat* const chat = step.device.chats.find(push.log);
  if (!chat) return inbox::heard_of(step, push.log);
  // Its Welcome is not read yet: nothing is to be applied, and the head is known when it is lost.
  if (chat->record.joined_seq == 0 && chat->record.state != ChatState::split) {
    chat->line.head = std::max(chat->line.head, push.head);
    count(chat->line, push.entries);
    return {};
  }
  const auto before = chat->record.cursor;
  TERN_TRY(entries(step, *chat, push));
  return chat->record.cursor > before ? wanted_blobs::prove(step) : Result<void>();
}

Result<void> log_advanced(Step& step, const wire::LogHead& head) {
  auto& device = step.device;
  if (head.log == device.account.inbox) {
    device.inbox.head = std::max(device.inbox.head, head.head);
    return inbox::go_on(step);
  }
  Chat* const chat = device.chats.find(head.log);
  if (!chat) return inbox::heard_of(step, head.log);
  chat->line.head = std::max(chat->line.head, head.head);
  chat->line.member = head.member;
  if (head.head > chat->line.told) {
    chat->line.told = head.head;
    chat->line.base = head.base;
    chat->line.generation = head.generation;
    chat->line.members.reset();
  }
  step.look_at(*chat);
  return {};
}

Result<void> noticed(Step& step, const wire::Notice& notice) {
  switch (notice.what) {
    case wire::Notice::What::log_advanced:
      return log_advanced(step, notice.log);
    case wire::Notice::What::key_packages_low:
      step.device.standing.key_packages_left = notice.key_packages_left;
      return {};
    case wire::Notice::What::relay_stopping:
      return {};
    case wire::Notice::What::blob_advanced:
      transfers::advanced(step.device, notice.blob);
      return {};
    case wire::Notice::What::device_revoked:
      step.problem({}, Errc::device_revoked, "this device was taken off its account's list");
      return {};
  }
  return {};
}

}  // namespace

Result<void> received(Step& step, const Purpose& purpose, const wire::Answer& answer) {
  const auto* refused = std::get_if<wire::Refused>(&answer);
  if (purpose.chat.is_zero())
    return refused ? refusals::of_device(step, purpose, *refused)
                   : of_device(step, purpose, answer);
  Chat* const chat = step.device.chats.find(purpose.chat);
  if (!chat) return {};
  return refused ? refusals::of_chat(step, *chat, purpose.what, *refused)
                 : of_chat(step, *chat, purpose.what, answer);
}

Result<void> pushed(Step& step, const wire::Push& push) {
  if (const auto* entries = std::get_if<wire::Entries>(&push))
    return pushed_entries(step, *entries);
  if (const auto* notice = std::get_if<wire::Notice>(&push)) return noticed(step, *notice);
  if (const auto* signal = std::get_if<wire::SignalPush>(&push))
    return live::received(step, *signal);
  return {};
}

}  // namespace tern::client::answers
