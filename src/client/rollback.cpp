#include "client/rollback.hpp"

#include <algorithm>

#include "client/chat_work.hpp"
#include "client/commits.hpp"
#include "client/entry_checks.hpp"
#include "client/history.hpp"
#include "client/membership.hpp"
#include "client/receipts.hpp"
#include "client/rejoin.hpp"
#include "client/wanted_blobs.hpp"

namespace tern::client::rollback {
namespace {

using foreign_entries::Outcome;
using Reason = wire::RejoinRequest::Reason;

Result<void> tell_once(Step& step, Chat& chat, std::uint64_t seq) {
  if (chat.record.rolled_back) return {};
  step.edit(chat).rolled_back = true;
  step.emit(LogRolledBack{chat.id(), seq});
  // KeyPackages that were given away since are there to be given away again.
  step.edit_device().renew_single_use = true;
  return wanted_blobs::offer_all_again(step);
}

// Nothing that the relay would believe: whoever can follow the log is asked to let this device in.
Result<void> ask_others(Step& step, Chat& chat) {
  chat.line.lost = false;
  if (chat.record.state != ChatState::active || !chat.line.member) return {};
  return rejoin::become_split(step, chat, Reason::hole);
}

Result<void> jump(Step& step, Chat& chat, const wire::Entry& entry, const wire::Hole& hole) {
  auto& record = step.edit(chat);
  record.gap_first = record.cursor + 1;
  record.gap_last = entry.seq - 1;
  record.cursor = entry.seq - 1;
  record.hash = hole.hash;
  TERN_TRY(chat.hashes.clear(step.rows, chat.row));
  return membership::notice(step, chat, entry.seq, notice_of_gap,
                            {Notice::What::gap, step.device.account.id});
}

// What was said of the lost entries is no measure for those that will have their numbers' place.
Result<void> forget_receipts(Step& step, Chat& chat, std::uint64_t first_lost) {
  const auto before = first_lost - std::min<std::uint64_t>(first_lost, 1);
  return receipts::go_back(step, chat, before, before);
}

Result<Outcome> cross(Step& step, Chat& chat, const wire::Entry& entry, const wire::Hole& hole) {
  if (entry.seq > chat.record.cursor + 1) {
    TERN_TRY(jump(step, chat, entry, hole));
  } else if (hole.hash != chat.record.hash) {
    TERN_TRY(entry_checks::forked(step, chat, chat.record.cursor));
  }
  auto& record = step.edit(chat);
  // With a handshake that is lost the relay's list is older than the tree.
  if (record.base >= hole.first_lost) {
    record.access_repair = true;
    chat.pace.repairs = 0;
    // Made before that, it says less.
    TERN_TRY(commits::drop(step, chat));
  }
  TERN_TRY(rejoin::say_lost_again(step, chat, hole.first_lost, entry.seq));
  TERN_TRY(forget_receipts(step, chat, hole.first_lost));
  record.rolled_back = false;
  record.unsure = true;
  chat.line.lost = false;
  // It may come before the answer to this device's own report. Whom the relay has taken out it
  // refuses what it says next.
  chat.line.member = true;
  step.look_at(chat);
  return Outcome::passed;
}

}  // namespace

Result<void> noticed(Step& step, Chat& chat, std::uint64_t head) {
  TERN_TRY(tell_once(step, chat, head + 1));
  if (chat.record.seal == 0) return ask_others(step, chat);
  chat.line.lost = true;
  step.look_at(chat);
  return {};
}

Result<void> may_have_missed(Step& step, Chat& chat) {
  return tell_once(step, chat, chat.record.cursor);
}

Result<void> report(Step& step, Chat& chat) {
  if (chat.line.reporting || holds(step, chat)) return {};
  const auto& record = chat.record;
  wire::ReportHead report;
  report.log = chat.id();
  report.head = {record.cursor,    record.hash,       record.base,
                 record.base_hash, record.generation, record.seal};
  step.send({Purpose::What::report_head, chat.id()}, report);
  step.then([&chat] { chat.line.reporting = true; });
  return {};
}

Result<void> mended(Step& step, Chat& chat) {
  auto& line = chat.line;
  line.reporting = false;
  line.member = true;
  step.look_at(chat);
  if (!std::exchange(line.lost, false)) return {};
  line.head = std::max(line.head, chat.record.cursor + 1);
  line.generation = std::max(line.generation, chat.record.generation);
  if (chat.record.state != ChatState::split) return {};
  // Its request is lost with the rest.
  TERN_TRY(tell_once(step, chat, chat.record.cursor + 1));
  return rejoin::forget_own(step, chat);
}

Result<void> refused(Step& step, Chat& chat, const wire::Refused& refused) {
  chat.line.reporting = false;
  if (!chat.line.lost) return {};
  step.look_at(chat);
  if (refused.code == Errc::not_member || refused.code == Errc::log_forked ||
      refused.code == Errc::frame_unsupported)
    return ask_others(step, chat);
  chat.pace.hold_until = step.now.mono_ms + std::max<std::int64_t>(refused.retry_after_ms, 1'000);
  step.device.timers.wake(chat.id(), chat.pace.hold_until);
  return {};
}

bool follows(const Chat& chat, const wire::Entry& entry) {
  if (entry.kind != wire::EntryKind::hole) return false;
  const auto hole = wire::decode_hole(entry.payload);
  return hole && hole->first_lost <= chat.record.cursor + 1;
}

Result<Outcome> apply_hole(Step& step, Chat& chat, const wire::Entry& entry) {
  const auto hole = wire::decode_hole(entry.payload);
  if (!hole) {
    step.problem(chat.id(), hole.error().errc(), "a mark of lost entries that does not parse");
    return Outcome::passed;
  }
  TERN_TRY(tell_once(step, chat, hole->first_lost));
  const auto& record = chat.record;
  if (entry.base == record.base && hole->base_hash == record.base_hash &&
      hole->generation == record.generation)
    return cross(step, chat, entry, *hole);
  // Others have gone on to another epoch in what this device has missed, or it has alone.
  step.problem(chat.id(), Errc::log_rolled_back, "a change of the group's keys was lost");
  // Told already; until it is added again nothing of what it has applied is sure to be theirs.
  TERN_TRY(rejoin::become_split(step, chat, Reason::hole));
  return Outcome::stays;
}

}  // namespace tern::client::rollback
