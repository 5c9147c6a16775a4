// What the app reads: copies of what is stored.
#include <algorithm>

#include "client/engine_impl.hpp"
#include "client/history.hpp"
#include "client/intents.hpp"
#include "client/roster.hpp"

namespace tern::client {

Result<ChatInfo> EngineImpl::info_of(const ReadRows& rows, const Chat& chat) const {
  const auto& record = chat.record;
  TERN_ASSIGN(const auto roster, Roster::load(rows, chat.row));
  ChatInfo out;
  out.id = record.id;
  out.one_to_one = record.one_to_one;
  out.peer = record.peer;
  out.title = record.title;
  out.state = record.state;
  out.members = roster.accounts();
  out.epoch = record.epoch;
  out.epoch_authenticator = record.epoch_authenticator;
  out.applied_seq = record.cursor;
  out.unread = record.unread;
  out.queued = record.queued;
  return out;
}

Result<ChatInfo> EngineImpl::chat_info(const ChatId& chat) const {
  TERN_ASSIGN(const auto* const found, find(chat));
  TERN_ASSIGN(const auto transaction, device_->environment.read());
  return info_of(ReadRows(*transaction, device_->sealer), *found);
}

Result<std::vector<ChatInfo>> EngineImpl::chats() const {
  std::vector<const Chat*> newest_first;
  for (const auto& [id, chat] : device_->chats) newest_first.push_back(chat.get());
  std::sort(newest_first.begin(), newest_first.end(), [](const Chat* a, const Chat* b) {
    if (a->record.newest_ms != b->record.newest_ms)
      return a->record.newest_ms > b->record.newest_ms;
    return a->record.id < b->record.id;
  });
  TERN_ASSIGN(const auto transaction, device_->environment.read());
  const ReadRows rows(*transaction, device_->sealer);
  std::vector<ChatInfo> out;
  for (const auto* chat : newest_first) {
    TERN_ASSIGN(auto info, info_of(rows, *chat));
    out.push_back(std::move(info));
  }
  return out;
}

Result<std::vector<Message>> EngineImpl::history(const ChatId& chat, std::size_t count,
                                                 std::optional<HistoryPosition> before) const {
  TERN_ASSIGN(const auto* const found, find(chat));
  TERN_ASSIGN(const auto transaction, device_->environment.read());
  const ReadRows rows(*transaction, device_->sealer);
  return history::page(rows, *found, count, before ? std::optional(before->value) : std::nullopt);
}

Result<Message> EngineImpl::message(const ChatId& chat, const MessageId& id) const {
  TERN_ASSIGN(const auto* const found, find(chat));
  TERN_ASSIGN(const auto transaction, device_->environment.read());
  const ReadRows rows(*transaction, device_->sealer);
  TERN_ASSIGN(const auto order, history::find(rows, found->row, id));
  if (!order) return Errc::not_found;
  TERN_ASSIGN(const auto row, history::get(rows, found->row, *order));
  if (!row) return Errc::not_found;
  return history::shown(rows, *row, *order, *found);
}

Result<std::vector<Message>> EngineImpl::pending() const {
  TERN_ASSIGN(const auto transaction, device_->environment.read());
  const ReadRows rows(*transaction, device_->sealer);
  std::vector<Message> out;
  for (const auto& [id, chat] : device_->chats) {
    if (chat->record.queued == 0) continue;
    TERN_ASSIGN(const auto waiting, outbox::all(rows, chat->row));
    for (const auto& [number, entry] : waiting) {
      if (entry.kind != OutboxKind::message) continue;
      TERN_ASSIGN(const auto row, history::get(rows, chat->row, queued_order(number)));
      if (row) out.push_back(history::shown(rows, *row, queued_order(number), *chat));
    }
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Message& a, const Message& b) { return a.sent_ms < b.sent_ms; });
  return out;
}

}  // namespace tern::client
