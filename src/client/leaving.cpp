#include "client/leaving.hpp"

#include <algorithm>

#include "client/membership.hpp"

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
  record.leaving = true;
  // The relay may have made the chat, with this device in it.
  if (record.state == ChatState::setting_up && record.commit_pending) return queue(step, chat);
  const bool others = record.state == ChatState::active || record.state == ChatState::split;
  if (!others || record.devices <= 1) return membership::left(step, chat, record.cursor);
  return queue(step, chat);
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
