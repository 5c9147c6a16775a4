#include "client/saying_again.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "client/history.hpp"
#include "client/receipts.hpp"
#include "client/record_codec.hpp"

namespace tern::client::rejoin {
namespace {

constexpr std::size_t say_again_messages_max = 1'000;
// Before the first shows what was lost, others may write in its place.
constexpr std::uint64_t written_early_max = 1'024;

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

// Own messages of a history that is lost, and the number that each counts as in the one that goes
// on. Their own is that of an entry to come: who asked later, from in front of that entry, would be
// told them before everybody who had come in until then.
using Lost = std::map<std::uint64_t, std::uint64_t>;

Result<Lost> lost_messages(const Step& step, const Chat& chat) {
  Lost out;
  TERN_TRY(step.rows.scan(tables::lost_messages, chat.row, {},
                          [&](ByteSpan key, ByteSpan value) -> Result<Scan> {
                            out[number_in(key)] = number_in(value);
                            return Scan::next;
                          }));
  return out;
}

Result<void> put_number(Step& step, store::Table table, const Chat& chat, std::uint64_t key,
                        std::uint64_t value) {
  RecordWriter writer;
  writer.number(value);
  return step.rows.put(table, row_key(chat.row, key), writer.span());
}

void keep_newest(std::vector<std::uint64_t>& orders) {
  if (orders.size() > say_again_messages_max)
    orders.erase(orders.begin(),
                 orders.end() - static_cast<std::ptrdiff_t>(say_again_messages_max));
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
  keep_newest(out);
  return out;
}

// The message itself stands further up in the log, or counts there.
Result<void> forget_said_again(Step& step, const Chat& chat, std::uint64_t behind) {
  std::vector<Bytes> lost;
  TERN_TRY(step.rows.scan(tables::said_again, chat.row, row_key(chat.row, behind + 1),
                          [&](ByteSpan key, ByteSpan) -> Result<Scan> {
                            lost.push_back(to_bytes(key));
                            return Scan::next;
                          }));
  for (const auto& key : lost) TERN_TRY(step.rows.erase(tables::said_again, key));
  return {};
}

// Returns where the newest came in.
Result<std::uint64_t> clip_roster(Step& step, const Chat& chat, std::uint64_t seq) {
  TERN_ASSIGN(auto roster, Roster::load(step.rows, chat.row));
  if (roster.clip(seq)) TERN_TRY(roster.store(step.rows, chat.row));
  return roster.newest_member();
}

// Own messages that count as written behind `seq`, and do not wait to be said again.
Result<std::vector<std::uint64_t>> further_on(Step& step, const Chat& chat, std::uint64_t seq,
                                              const Lost& lost) {
  std::vector<std::uint64_t> out;
  TERN_ASSIGN(const auto queued, queued_again(step, chat));
  const auto visit = [&](ByteSpan key, ByteSpan value) -> Result<Scan> {
    const auto order = number_in(key);
    if (order >= queued_orders) return Scan::stop;
    const auto known = lost.find(order);
    if ((known != lost.end() && known->second <= seq) || queued.count(order) != 0)
      return Scan::next;
    TERN_ASSIGN(const auto row, decode_message_row(value));
    if (is_own(step, row)) out.push_back(order);
    return Scan::next;
  };
  const auto first = row_key(chat.row, logged_order(seq + 1));
  TERN_TRY(step.rows.scan(tables::messages, chat.row, first, visit));
  return out;
}

}  // namespace

Result<void> queue_again(Step& step, Chat& chat, const Missed& missed) {
  if (missed.after >= missed.before) return {};
  TERN_ASSIGN(const auto queued, queued_again(step, chat));
  TERN_ASSIGN(const auto lost, lost_messages(step, chat));
  std::vector<std::uint64_t> orders;
  const auto last = row_key(chat.row, logged_order(missed.before) - 1);
  TERN_TRY(step.rows.scan_back(
      tables::messages, chat.row, last, [&](ByteSpan key, ByteSpan value) -> Result<Scan> {
        const auto order = number_in(key);
        if (order < logged_order(missed.after + 1)) return Scan::stop;
        TERN_ASSIGN(const auto row, decode_message_row(value));
        const bool known = lost.count(order) != 0 || queued.count(order) != 0;
        if (is_own(step, row) && !known) orders.push_back(order);
        return orders.size() == say_again_messages_max ? Scan::stop : Scan::next;
      }));
  std::vector<std::uint64_t> moved;
  for (const auto& [order, seq] : lost)
    if (seq > missed.after && seq < missed.before && queued.count(order) == 0)
      moved.push_back(order);
  keep_newest(moved);
  orders.insert(orders.end(), moved.begin(), moved.end());
  TERN_ASSIGN(const auto again, lost_again(step, chat, missed));
  orders.insert(orders.end(), again.begin(), again.end());
  std::sort(orders.begin(), orders.end());
  orders.erase(std::unique(orders.begin(), orders.end()), orders.end());
  std::erase_if(orders, [&](std::uint64_t order) { return queued.count(order) != 0; });
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

Result<void> settle_lost(Step& step, const Chat& chat, std::uint64_t seq) {
  TERN_TRY(forget_said_again(step, chat, seq));
  TERN_ASSIGN(const auto newest_member, clip_roster(step, chat, seq));
  TERN_ASSIGN(const auto lost, lost_messages(step, chat));
  // Nobody is told those any more, whatever they count as.
  for (auto order = lost.begin();
       order != lost.end() && order->first < logged_order(newest_member + 1); ++order)
    TERN_TRY(step.rows.erase(tables::lost_messages, row_key(chat.row, order->first)));
  TERN_ASSIGN(const auto orders, further_on(step, chat, seq, lost));
  for (const auto order : orders)
    TERN_TRY(put_number(step, tables::lost_messages, chat, order, seq));
  return {};
}

Result<void> said_again(Step& step, const Chat& chat, std::uint64_t seq, std::uint64_t order) {
  TERN_ASSIGN(const auto lost, step.rows.get(tables::lost_messages, row_key(chat.row, order)));
  const auto counts_as = lost ? number_in(*lost) : order / logged_order(1);
  // What was read since can be in no history that is lost, wherever a relay says that this is.
  if (counts_as > std::max(seq, chat.record.cursor))
    return put_number(step, tables::lost_messages, chat, order, seq);
  return put_number(step, tables::said_again, chat, seq, order);
}

// Who was taken out in what the relay has lost was there for what is before that; to anybody else
// who comes in, all of it is older.
Missed meant_for_all(const Roster& before, const Roster& after, Missed missed) {
  for (const auto& seat : after.seats()) {
    const bool comes_in = before.find(seat.device) == nullptr;
    const auto* const stay = comes_in ? after.stay_of(seat.device) : nullptr;
    if (comes_in && !stay) return {};
    missed.after = std::max(missed.after, stay ? stay->joined_seq : seat.joined_seq);
    if (stay) missed.before = std::min(missed.before, stay->left_seq);
  }
  return missed;
}

Result<void> say_all_again(Step& step, Chat& chat, const Roster& before, std::uint64_t seq) {
  TERN_ASSIGN(const auto roster, Roster::load(step.rows, chat.row));
  if (roster.seats().size() > say_again_devices_max) return {};
  const auto after = seq - std::min(seq, hashes_kept);
  return queue_again(step, chat, meant_for_all(before, roster, {after, seq}));
}

Result<void> say_lost_again(Step& step, Chat& chat, std::uint64_t first_lost, std::uint64_t seq) {
  const auto before_hole = first_lost - std::min(first_lost, 1 + written_early_max);
  const auto after = receipts::kept(step, chat) ? chat.record.delivered_to_all : before_hole;
  TERN_ASSIGN(const auto roster, Roster::load(step.rows, chat.row));
  return queue_again(step, chat, {std::max(after, roster.newest_member()), seq});
}

}  // namespace tern::client::rejoin
