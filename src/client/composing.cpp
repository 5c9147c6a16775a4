#include "client/composing.hpp"

#include "base/deliberate_fault.hpp"
#include "base/utf8.hpp"
#include "client/history.hpp"
#include "client/receipts.hpp"
#include "client/wanted_blobs.hpp"

namespace tern::client::composing {
namespace {

// With padding and what stands around it, it must fit limits::entry_payload_bytes_max.
constexpr std::size_t custom_bytes_max = limits::entry_payload_bytes_max / 4 * 3;

Result<void> queue_one(Step& step, Chat& chat, const MessageId& id, ByteSpan content) {
  auto& record = step.edit(chat);
  const auto number = record.next_number++;
  OutboxRow out;
  out.id = id;
  MessageRow row;
  row.id = out.id;
  row.sender = step.device.account.id;
  row.device = step.device.account.device;
  row.sent_ms = step.now.wall_ms;
  row.mine = true;
  row.content = SecretBytes(content);
  TERN_TRY(history::put(step.rows, chat.row, queued_order(number), row));
  TERN_TRY(outbox::put(step.rows, chat.row, number, out));
  ++record.queued;
  record.newest_ms = step.now.wall_ms;
  return {};
}

}  // namespace

Result<bool> may_be_out(Step& step, Chat& chat, const OutboxRow& row) {
  if (row.tag.is_zero()) return false;
  if (chat.record.commit_pending) {
    TERN_ASSIGN(const auto* const pending, chat.pending(step.rows));
    if (row.tag == pending->next) return true;
  }
  if (chat.record.state != ChatState::active) return true;
  TERN_ASSIGN(const auto* const group, chat.group());
  return row.tag == epoch_tag(*group);
}

Result<void> check_open(const Chat& chat) {
  if (chat.record.state == ChatState::left || chat.record.leaving) return Errc::chat_left;
  return {};
}

Result<Bytes> text_content(Now now, std::string_view text) {
  if (text.size() > limits::text_bytes_max)
    return Error(Errc::text_too_long, "a text of " + std::to_string(text.size()) + " bytes; " +
                                          std::to_string(limits::text_bytes_max) + " are allowed");
  if (!is_utf8(text)) return Errc::text_not_utf8;
  wire::Content content;
  content.sent_ms = now.wall_ms;
  content.body = wire::TextContent{text, std::nullopt};
  return wire::encode(content);
}

Result<Bytes> custom_content(Now now, std::string_view type, ByteSpan bytes) {
  if (type.size() > limits::custom_type_bytes_max || bytes.size() > custom_bytes_max)
    return Error(Errc::too_long, "content of " + std::to_string(bytes.size()) + " bytes; " +
                                     std::to_string(custom_bytes_max) + " are allowed, and " +
                                     std::to_string(limits::custom_type_bytes_max) +
                                     " for its type");
  if (!is_utf8(type)) return Errc::text_not_utf8;
  wire::Content content;
  content.sent_ms = now.wall_ms;
  content.body = wire::CustomContent{type, bytes};
  return wire::encode(content);
}

Result<std::vector<MessageId>> queue(Step& step, Chat& chat, const std::vector<Bytes>& contents) {
  if (step.device.record.deleted) return Errc::account_deleted;
  TERN_TRY(check_open(chat));
  std::vector<MessageId> out;
  for (const auto& content : contents) {
    out.push_back(step.device.entropy.make<MessageId>());
    TERN_TRY(queue_one(step, chat, out.back(), content));
  }
  step.sync();
  step.look_at(chat);
  return out;
}

Result<void> queue_as(Step& step, Chat& chat, const MessageId& id, ByteSpan content) {
  if (step.device.record.deleted) return Errc::account_deleted;
  TERN_TRY(check_open(chat));
  TERN_TRY(queue_one(step, chat, id, content));
  step.sync();
  step.look_at(chat);
  return {};
}

SecretBytes encode(const wire::Content& content) {
  auto plain = wire::encode(content);
  SecretBytes out(plain);
  crypto::wipe(plain);
  return out;
}

Result<void> cancel(Step& step, Chat& chat, const MessageId& id) {
  TERN_ASSIGN(const auto order, history::find(step.rows, chat.row, id, step.device.account.device));
  if (!order) return Errc::not_found;
  if (*order < queued_orders) return Errc::too_late;
  const auto number = *order & ~queued_orders;
  TERN_ASSIGN(const auto row, outbox::get(step.rows, chat.row, number));
  if (!row) return Errc::too_late;
  TERN_ASSIGN(const bool out, may_be_out(step, chat, *row));
  if (out && !is_deliberate(DeliberateFault::cancel_when_sent)) return Errc::too_late;
  TERN_ASSIGN(const auto message, history::get(step.rows, chat.row, *order));
  if (message) {
    TERN_TRY(history::erase(step.rows, chat.row, *order, *message));
    if (const auto blob = blob_in(message->content)) TERN_TRY(wanted_blobs::drop(step, *blob));
  }
  TERN_TRY(outbox::erase(step.rows, chat.row, number));
  auto& record = step.edit(chat);
  if (record.queued > 0) --record.queued;
  step.sync();
  step.emit(MessageChanged{chat.id(), id, MessageState::cancelled});
  return {};
}

Result<void> mark_read(Step& step, Chat& chat) {
  if (chat.record.unread == 0 && chat.record.read_here >= chat.record.newest_received) return {};
  auto& record = step.edit(chat);
  record.read_here = std::max(record.read_here, record.newest_received);
  record.unread = 0;
  step.sync();
  if (record.state == ChatState::active) receipts::note(step, chat);
  return {};
}

}  // namespace tern::client::composing
