#include "client/own_entries.hpp"

#include "client/commits.hpp"
#include "client/history.hpp"
#include "client/leaving.hpp"
#include "client/rejoin.hpp"

namespace tern::client::own_entries {
namespace {

// From behind the log to its place in it.
Result<void> settle_message(Step& step, Chat& chat, std::uint64_t seq, const Own& own) {
  const auto from = queued_order(own.number);
  TERN_ASSIGN(auto row, history::get(step.rows, chat.row, from));
  if (!row) return {};
  TERN_TRY(history::erase(step.rows, chat.row, from, *row));
  row->seq = seq;
  TERN_ASSIGN(const auto order, free_order(step, chat, seq));
  TERN_TRY(history::put(step.rows, chat.row, order, *row));
  auto& record = step.edit(chat);
  if (record.queued > 0) --record.queued;
  ++record.sent_since_update;
  record.newest_is_mine = true;
  record.newest_ms = step.now.wall_ms;
  step.emit(MessageChanged{chat.id(), own.id, MessageState::sent});
  return {};
}

}  // namespace

Result<std::uint64_t> free_order(Step& step, const Chat& chat, std::uint64_t seq) {
  for (std::uint64_t index = 0; index <= notices_per_entry_max; ++index) {
    const auto order = logged_order(seq, index);
    TERN_ASSIGN(const auto row, history::get(step.rows, chat.row, order));
    if (!row) return order;
  }
  return Errc::internal;
}

Result<std::optional<Own>> find(Step& step, Chat& chat, const EntryId& id) {
  if (chat.record.commit_pending) {
    TERN_ASSIGN(const auto* const pending, chat.pending(step.rows));
    if (pending->id == id)
      return std::optional(
          Own{wire::EntryKind::commit, OutboxKind::commit, 0, id, pending->message, false, 0});
  }
  TERN_ASSIGN(auto row, outbox::find(step.rows, chat.row, id));
  if (row && !row->row.ciphertext.empty()) {
    const auto kind = row->row.kind == OutboxKind::leave ? wire::EntryKind::proposal
                                                         : wire::EntryKind::application;
    return std::optional(Own{kind, row->row.kind, row->number, id, std::move(row->row.ciphertext),
                             false, row->row.again_order});
  }
  TERN_ASSIGN(auto request, rejoin::own_payload(step, chat, id));
  if (!request) return std::optional<Own>();
  return std::optional(
      Own{wire::EntryKind::rejoin, OutboxKind::message, 0, id, std::move(*request), true, 0});
}

Result<void> apply(Step& step, Chat& chat, std::uint64_t seq, const Own& own) {
  step.edit(chat);
  if (own.rejoin) return {};
  if (own.outbox == OutboxKind::commit) return commits::merge(step, chat, seq);
  TERN_TRY(outbox::erase(step.rows, chat.row, own.number));
  if (own.outbox == OutboxKind::again) return rejoin::said_again(step, chat, seq, own.again_order);
  if (own.outbox == OutboxKind::message) return settle_message(step, chat, seq, own);
  if (own.outbox == OutboxKind::leave) return leaving::proposed(step, chat, seq);
  return {};
}

}  // namespace tern::client::own_entries
