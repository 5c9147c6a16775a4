#include "client/saying_again.hpp"

#include <algorithm>
#include <set>

#include "client/history.hpp"
#include "client/own_entries.hpp"
#include "client/receipts.hpp"
#include "client/record_codec.hpp"

namespace tern::client::rejoin {
namespace {

constexpr std::size_t say_again_messages_max = 1'000;
// Before the first shows what was lost, others may write in its place.
constexpr std::uint64_t written_early_max = 1'024;
// All at one place of the log, which has room for so many and for what else is there.
constexpr std::size_t settled_at_once_max = notices_per_entry_max / 2;

// A relay that marks hole after hole gets nothing said again twice at a time.
Result<std::set<std::uint64_t>> queued_again(Step& step, const Chat& chat) {
  std::set<std::uint64_t> out;
  TERN_ASSIGN(const auto rows, outbox::all(step.rows, chat.row));
  for (const auto& [number, row] : rows)
    if (row.kind == OutboxKind::again) out.insert(row.again_order);
  return out;
}

bool is_own(const Step& step, const MessageRow& row) {
  return row.device == step.device.account.device && !row.notice;
}

// Where it stood is the place of an entry to come, in the history that goes on: who asks later,
// from in front of that entry, would be told it before everybody who has come in until then.
Result<void> move_to(Step& step, Chat& chat, std::uint64_t seq, std::uint64_t from) {
  TERN_ASSIGN(auto row, history::get(step.rows, chat.row, from));
  if (!row) return {};
  std::vector<Bytes> old;
  TERN_TRY(step.rows.scan(tables::said_again, chat.row, {},
                          [&](ByteSpan key, ByteSpan value) -> Result<Scan> {
                            if (number_in(value) == from) old.push_back(to_bytes(key));
                            return Scan::next;
                          }));
  for (const auto& key : old) TERN_TRY(step.rows.erase(tables::said_again, key));
  TERN_ASSIGN(const auto order, own_entries::free_order(step, chat, seq));
  TERN_TRY(history::erase(step.rows, chat.row, from, *row));
  row->seq = seq;
  TERN_TRY(history::put(step.rows, chat.row, order, *row));
  step.emit(MessageChanged{chat.id(), row->id, MessageState::sent});
  return {};
}

// What was said again may have been missed the second time, though its first place is older.
Result<std::vector<std::uint64_t>> lost_again(Step& step, const Chat& chat, const Missed& missed) {
  std::vector<std::uint64_t> out;
  std::vector<Bytes> heard;
  TERN_TRY(step.rows.scan(tables::said_again, chat.row, {},
                          [&](ByteSpan key, ByteSpan value) -> Result<Scan> {
                            const auto seq = number_in(key);
                            if (seq > missed.after && seq < missed.before)
                              out.push_back(number_in(value));
                            else if (seq <= std::min(missed.after, chat.record.delivered_to_all))
                              heard.push_back(to_bytes(key));
                            return Scan::next;
                          }));
  for (const auto& key : heard) TERN_TRY(step.rows.erase(tables::said_again, key));
  if (out.size() > say_again_messages_max)
    out.erase(out.begin(), out.end() - static_cast<std::ptrdiff_t>(say_again_messages_max));
  return out;
}

}  // namespace

Result<void> queue_again(Step& step, Chat& chat, const Missed& missed) {
  if (missed.after >= missed.before) return {};
  TERN_ASSIGN(const auto queued, queued_again(step, chat));
  std::vector<std::uint64_t> orders;
  const auto last = row_key(chat.row, logged_order(missed.before) - 1);
  TERN_TRY(step.rows.scan_back(
      tables::messages, chat.row, last, [&](ByteSpan key, ByteSpan value) -> Result<Scan> {
        const auto order = number_in(key);
        if (order < logged_order(missed.after + 1)) return Scan::stop;
        TERN_ASSIGN(const auto row, decode_message_row(value));
        if (is_own(step, row) && queued.count(order) == 0) orders.push_back(order);
        return orders.size() == say_again_messages_max ? Scan::stop : Scan::next;
      }));
  TERN_ASSIGN(const auto again, lost_again(step, chat, missed));
  for (const auto order : again)
    if (queued.count(order) == 0 && std::find(orders.begin(), orders.end(), order) == orders.end())
      orders.push_back(order);
  std::sort(orders.begin(), orders.end());
  for (const auto order : orders) {
    OutboxRow row;
    row.kind = OutboxKind::again;
    row.id = step.device.entropy.make<EntryId>();
    row.again_order = order;
    TERN_TRY(outbox::put(step.rows, chat.row, step.edit(chat).next_number++, row));
  }
  if (!orders.empty()) step.look_at(chat);
  return {};
}

bool has_newcomer(const Roster& before, const std::vector<Seat>& after) {
  return std::any_of(after.begin(), after.end(),
                     [&](const Seat& seat) { return before.find(seat.device) == nullptr; });
}

// Of what was under way nothing gets into the log any more: the commit that let them in ended the
// epoch that it was encrypted in.
Result<void> keep_from_newcomers(Step& step, Chat& chat, const Roster& before,
                                 const Roster& after) {
  if (!has_newcomer(before, after.seats())) return {};
  TERN_ASSIGN(const auto rows, outbox::all(step.rows, chat.row));
  for (const auto& [number, row] : rows)
    if (row.kind == OutboxKind::again) TERN_TRY(outbox::erase(step.rows, chat.row, number));
  return {};
}

Result<void> settle_lost(Step& step, Chat& chat, std::uint64_t seq) {
  TERN_ASSIGN(const auto queued, queued_again(step, chat));
  std::vector<std::uint64_t> orders;
  const auto last = row_key(chat.row, queued_orders - 1);
  TERN_TRY(step.rows.scan_back(
      tables::messages, chat.row, last, [&](ByteSpan key, ByteSpan value) -> Result<Scan> {
        const auto order = number_in(key);
        if (order < logged_order(seq + 1)) return Scan::stop;
        TERN_ASSIGN(const auto row, decode_message_row(value));
        if (is_own(step, row) && queued.count(order) == 0) orders.push_back(order);
        return orders.size() == settled_at_once_max ? Scan::stop : Scan::next;
      }));
  std::sort(orders.begin(), orders.end());
  for (const auto order : orders) TERN_TRY(move_to(step, chat, seq, order));
  return {};
}

Result<void> said_again(Step& step, Chat& chat, std::uint64_t seq, std::uint64_t order) {
  if (order >= logged_order(seq + 1)) return move_to(step, chat, seq, order);
  RecordWriter writer;
  writer.number(order);
  return step.rows.put(tables::said_again, row_key(chat.row, seq), writer.span());
}

// Who was taken out in what the relay has lost was there for what is before that; to anybody else
// who comes in at `seq`, all of it is older.
Missed meant_for_all(const Roster& roster, std::uint64_t seq, Missed missed) {
  for (const auto& seat : roster.seats()) {
    const bool comes_in = seat.joined_seq == seq;
    const auto* const stay = comes_in ? roster.stay_of(seat.device) : nullptr;
    if (comes_in && !stay) return {};
    missed.after = std::max(missed.after, stay ? stay->joined_seq : seat.joined_seq);
    if (stay) missed.before = std::min(missed.before, stay->left_seq);
  }
  return missed;
}

Result<void> say_all_again(Step& step, Chat& chat, const Roster& roster, std::uint64_t seq) {
  if (roster.seats().size() > say_again_devices_max) return {};
  const auto after = seq - std::min(seq, hashes_kept);
  return queue_again(step, chat, meant_for_all(roster, chat.record.cursor, {after, seq}));
}

Result<void> say_lost_again(Step& step, Chat& chat, std::uint64_t first_lost, std::uint64_t seq) {
  const auto before_hole = first_lost - std::min(first_lost, 1 + written_early_max);
  const auto after = receipts::kept(step, chat) ? chat.record.delivered_to_all : before_hole;
  TERN_ASSIGN(const auto roster, Roster::load(step.rows, chat.row));
  return queue_again(step, chat, {std::max(after, roster.newest_member()), seq});
}

}  // namespace tern::client::rejoin
