#include "client/leaving.hpp"

#include <algorithm>
#include <utility>

#include "client/history.hpp"
#include "client/inbox.hpp"
#include "client/membership.hpp"
#include "client/reading.hpp"
#include "client/rejoin.hpp"

namespace tern::client::leaving {
namespace {

Result<bool> already_queued(Step& step, const Chat& chat) {
  bool queued = false;
  TERN_TRY(step.rows.scan_back(tables::outbox, chat.row, {},
                               [&](ByteSpan, ByteSpan value) -> Result<Scan> {
                                 TERN_ASSIGN(const auto row, decode_outbox_row(value));
                                 queued = row.kind == OutboxKind::leave;
                                 return queued ? Scan::stop : Scan::next;
                               }));
  return queued;
}

Result<void> queue(Step& step, Chat& chat) {
  TERN_ASSIGN(const bool queued, already_queued(step, chat));
  if (queued) return {};
  OutboxRow row;
  row.kind = OutboxKind::leave;
  row.id = step.device.entropy.make<EntryId>();
  step.look_at(chat);
  return outbox::put(step.rows, chat.row, step.edit(chat).next_number++, row);
}

}  // namespace

Result<void> begin(Step& step, Chat& chat) {
  auto& record = step.edit(chat);
  step.sync();
  const bool asked = std::exchange(record.leaving, true);
  if (record.state == ChatState::setting_up && !record.commit_pending) return unmade(step, chat);
  // Only at the head: a folder that was put back may be from before the others came. So may this
  // device's own commit that brings them in be at the relay already.
  const bool alone = record.state == ChatState::active && record.devices <= 1 && at_head(chat);
  if (alone && !record.commit_pending) return membership::left(step, chat, record.cursor);
  if (record.state == ChatState::split && chat.line.members) {
    TERN_ASSIGN(const bool gone, leaves_nobody(step, chat));
    if (gone) return {};
  }
  // Each epoch has one request (epoch_passed()): what is queued behind it would wait for ever, for
  // who has asked to leave says nothing more.
  if (asked && record.state == ChatState::active) return {};
  // Otherwise the others may have this device in the chat, whether or not it knows of them: the
  // relay may have made the chat already, or the device has lost the thread.
  return queue(step, chat);
}

Result<void> unmade(Step& step, Chat& chat) {
  // A folder that was put back does not know that it has made the chat; the relay tells.
  if (!inbox::at_head(step.device)) return {};
  if (!chat.line.known || !chat.line.member) return membership::left(step, chat, 0);
  TERN_TRY(queue(step, chat));
  TERN_TRY(rejoin::become_split(step, chat, wire::RejoinRequest::Reason::restored));
  return rejoin::ask(step, chat);
}

Result<bool> leaves_nobody(Step& step, Chat& chat) {
  if (!chat.record.leaving || !chat.line.known || !chat.line.member) return false;
  if (!knows_members(step, chat)) return false;
  const auto& listed = *chat.line.members;
  const auto is_other = [&](const DeviceId& device) {
    return device != step.device.account.device;
  };
  if (std::any_of(listed.begin(), listed.end(), is_other)) return false;
  // Whatever let it in before that is no invitation (resuming.cpp).
  auto& record = step.edit(chat);
  record.cursor = std::max(record.cursor, std::min(chat.line.head, seqs_end - 1));
  TERN_TRY(membership::left(step, chat, record.cursor));
  return true;
}

Result<bool> is_said(Step& step, const Chat& chat, const EpochTag& epoch) {
  TERN_ASSIGN(const auto rows, outbox::front(step.rows, chat.row, limits::batch_entries_max));
  return std::any_of(rows.begin(), rows.end(), [&](const NumberedRow& numbered) {
    return numbered.row.kind == OutboxKind::leave && numbered.row.tag == epoch;
  });
}

Result<void> proposed(Step& step, Chat& chat, std::uint64_t seq) {
  if (!chat.record.leaving) return {};
  TERN_ASSIGN(const auto* const group, chat.group());
  if (group->pending_removals().size() < group->member_count()) return {};
  // One's own request counts once the others can see it.
  TERN_ASSIGN(const bool waits, already_queued(step, chat));
  if (waits) return {};
  return membership::left(step, chat, seq);
}

Result<void> epoch_passed(Step& step, Chat& chat, std::uint64_t seq) {
  if (!chat.record.leaving) return {};
  if (chat.record.devices <= 1) return membership::left(step, chat, seq);
  return queue(step, chat);
}

}  // namespace tern::client::leaving
