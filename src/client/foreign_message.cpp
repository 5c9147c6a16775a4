#include "client/foreign_message.hpp"

#include "base/deliberate_fault.hpp"
#include "client/blocks.hpp"
#include "client/history.hpp"
#include "client/own_entries.hpp"
#include "client/receipts.hpp"
#include "client/seating.hpp"
#include "client/wanted_blobs.hpp"

namespace tern::client::foreign_message {
namespace {

struct Place {
  MessageId id;
  std::uint64_t seq = 0;
  bool late = false;  ///< said again, and put where it stood first
};

// What is said again keeps its first id; where this device has a gap it also gets its first place.
// The author alone vouches for it, so it can neither leave the gap nor take another's place.
Result<Place> place_of(Step& step, const Chat& chat, const wire::Entry& entry,
                       const wire::Content& content) {
  if (!content.again) return Place{entry.id, entry.seq, false};
  const auto& again = *content.again;
  const auto& record = chat.record;
  Place here{again.id, entry.seq, false};
  if (again.seq < record.gap_first || again.seq > record.gap_last) return here;
  TERN_ASSIGN(const auto taken, history::get(step.rows, chat.row, logged_order(again.seq)));
  if (taken) return here;
  return Place{again.id, again.seq, true};
}

void put_later(Step& step, const Chat& chat, std::uint64_t order, const MessageRow& row) {
  const auto kept = std::make_shared<const SecretBytes>(encode(row));
  step.then([&device = step.device, chat_row = chat.row, order, kept] {
    const auto put = [&](store::WriteTransaction& transaction) -> Result<void> {
      Rows rows(transaction, device.sealer);
      TERN_ASSIGN(const auto again, decode_message_row(*kept));
      return history::put(rows, chat_row, order, again);
    };
    (void)store::transact(device.environment, store::Durability::synced, put);
  });
}

Result<void> keep(Step& step, Chat& chat, const Seat& sender, const Place& place,
                  const wire::Content& content, SecretBytes bytes) {
  MessageRow row;
  row.id = place.id;
  row.sender = sender.account;
  row.device = sender.device;
  row.seq = place.seq;
  row.sent_ms = content.sent_ms;
  row.mine = sender.account == step.device.account.id;
  live::replaced(step, chat.id(), place.id, sender.device);
  TERN_TRY(wanted_blobs::announced(step, chat, place.id, sender.device, bytes));
  row.content = std::move(bytes);
  TERN_ASSIGN(const auto order, own_entries::free_order(step, chat, place.seq));
  if (is_deliberate(DeliberateFault::message_outside_transaction))
    put_later(step, chat, order, row);
  else
    TERN_TRY(history::put(step.rows, chat.row, order, row));
  auto& record = step.edit(chat);
  record.newest_ms = step.now.wall_ms;
  record.newest_is_mine = row.mine;
  if (!row.mine) {
    if (place.seq > record.read_here) ++record.unread;
    record.newest_received = std::max(record.newest_received, place.seq);
    receipts::note(step, chat);
  }
  step.emit(MessageArrived{history::shown(step.rows, row, order, chat)});
  return {};
}

}  // namespace

Result<void> apply(Step& step, Chat& chat, const wire::Entry& entry, const wire::EntryHeader&,
                   mls::Application message) {
  step.edit(chat);
  TERN_ASSIGN(const auto* const group, chat.group());
  TERN_ASSIGN(const auto sender, seat_at(*group, message.sender));
  const auto content = wire::decode_content(message.content);
  if (!content) {
    step.problem(chat.id(), content.error().errc(), "a message whose content does not parse");
    return {};
  }
  if (const auto* receipt = std::get_if<wire::ReceiptContent>(&content->body))
    return receipts::apply(step, chat, sender.account, entry.seq, *receipt);
  // Read, for the group's keys move on; but not kept.
  TERN_ASSIGN(const bool blocked, blocks::has(step.rows, sender.account));
  if (blocked) return {};
  TERN_ASSIGN(const auto place, place_of(step, chat, entry, *content));
  TERN_ASSIGN(const auto known, history::find(step.rows, chat.row, place.id, sender.device));
  if (known && !is_deliberate(DeliberateFault::no_deduplication)) return {};
  return keep(step, chat, sender, place, *content, std::move(message.content));
}

}  // namespace tern::client::foreign_message
