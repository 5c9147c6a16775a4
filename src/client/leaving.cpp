#include "client/leaving.hpp"

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
  const bool others = record.state == ChatState::active || record.state == ChatState::split;
  if (!others || record.devices <= 1) return membership::left(step, chat, record.cursor);
  return queue(step, chat);
}

Result<void> epoch_passed(Step& step, Chat& chat) {
  if (!chat.record.leaving) return {};
  return queue(step, chat);
}

}  // namespace tern::client::leaving
