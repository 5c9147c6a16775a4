#include "client/receipts.hpp"

#include <algorithm>

#include "client/blocks.hpp"
#include "client/history.hpp"
#include "client/record_codec.hpp"

namespace tern::client {

Result<Watermarks> Watermarks::load(const ReadRows& rows, const RowId& chat) {
  Watermarks out;
  TERN_ASSIGN(const auto row, rows.get(tables::watermarks, chat));
  if (!row) return out;
  RecordReader reader(*row);
  while (reader.more()) {
    Watermark mark;
    mark.account = reader.fixed<AccountId>();
    mark.delivered = reader.number<std::uint64_t>();
    mark.read = reader.number<std::uint64_t>();
    out.accounts.push_back(mark);
  }
  TERN_TRY(reader.finish("watermarks"));
  return out;
}

Result<void> Watermarks::store(Rows& rows, const RowId& chat) const {
  RecordWriter writer;
  for (const auto& mark : accounts)
    writer.raw(mark.account).number(mark.delivered).number(mark.read);
  return rows.put(tables::watermarks, chat, writer.span());
}

namespace receipts {
namespace {

constexpr std::uint64_t told_again_every = 16;

// A relay that has given this device a key of its own would know its questions from all others.
void compare_directory(Step& step, const Chat& chat, const wire::ReceiptContent& receipt) {
  const auto& directory = step.device.contacts.directory;
  if (receipt.directory_key.is_zero() || receipt.directory_epoch != directory.epoch ||
      receipt.directory_key == key_hash(directory))
    return;
  step.problem(chat.id(), Errc::directory_key_changed,
               "somebody here was shown another directory key than this device");
}

// Own messages in (before, now] have come to everybody, or were read by everybody.
Result<void> tell_app(Step& step, const Chat& chat, std::uint64_t before, std::uint64_t now,
                      MessageState state) {
  std::vector<MessageId> reached;
  const auto first = row_key(chat.row, logged_order(before + 1));
  TERN_TRY(step.rows.scan(tables::messages, chat.row, first,
                          [&](ByteSpan key, ByteSpan value) -> Result<Scan> {
                            if (number_in(key) >= logged_order(now + 1)) return Scan::stop;
                            TERN_ASSIGN(const auto row, decode_message_row(value));
                            if (row.mine && !row.notice && row.seq > before && row.seq <= now)
                              reached.push_back(row.id);
                            return Scan::next;
                          }));
  for (const auto& id : reached) step.emit(MessageChanged{chat.id(), id, state});
  return {};
}

Result<void> raise(Step& step, Chat& chat, std::uint64_t ChatRecord::*mark, std::uint64_t to,
                   MessageState state) {
  const auto before = chat.record.*mark;
  if (to <= before) return {};
  step.edit(chat).*mark = to;
  return tell_app(step, chat, before, to, state);
}

Result<void> recount(Step& step, Chat& chat, const Watermarks& marks) {
  if (marks.accounts.empty()) return {};
  auto delivered = chat.record.cursor + 1;
  auto read = delivered;
  for (const auto& mark : marks.accounts) {
    delivered = std::min(delivered, mark.delivered);
    read = std::min(read, mark.read);
  }
  TERN_TRY(raise(step, chat, &ChatRecord::delivered_to_all, delivered, MessageState::delivered));
  return raise(step, chat, &ChatRecord::read_by_all, read, MessageState::read);
}

}  // namespace

bool kept(const Step& step, const Chat& chat) {
  if (!step.device.config.send_receipts || chat.record.devices > limits::receipts_devices_max)
    return false;
  return !chat.record.one_to_one || !blocks::has(step.rows, chat.record.peer).value_or(false);
}

bool untold(const Step& step, const Chat& chat) {
  const auto& record = chat.record;
  return kept(step, chat) &&
         (record.newest_received > record.told_delivered || record.read_here > record.told_read);
}

void note(Step& step, Chat& chat) {
  if (!untold(step, chat)) return;
  auto& at = chat.pace.receipt_at;
  if (at == never_ms) at = step.now.mono_ms + step.device.config.receipt_delay_ms;
  // Asked for anew each time: an earlier wake-up of the chat may have used this one up.
  if (at > step.now.mono_ms) step.device.timers.wake(chat.id(), at);
}

bool due(const Step& step, const Chat& chat) {
  return untold(step, chat) && chat.pace.receipt_at <= step.now.mono_ms;
}

wire::ReceiptContent take(Step& step, Chat& chat) {
  auto& record = step.edit(chat);
  record.told_delivered = record.newest_received;
  record.told_read = record.read_here;
  chat.pace.receipt_at = never_ms;
  wire::ReceiptContent out{record.newest_received, record.read_here, 0, {}};
  const auto& directory = step.device.contacts.directory;
  // Now and then again: a receipt may be made anew in another epoch of the group.
  if (directory.epoch != record.told_directory || record.newest_received % told_again_every == 0) {
    record.told_directory = out.directory_epoch = directory.epoch;
    if (directory.epoch != 0) out.directory_key = key_hash(directory);
  }
  return out;
}

Result<void> apply(Step& step, Chat& chat, const AccountId& from, std::uint64_t seq,
                   const wire::ReceiptContent& receipt) {
  if (from == step.device.account.id || !kept(step, chat)) return {};
  compare_directory(step, chat, receipt);
  TERN_ASSIGN(auto marks, Watermarks::load(step.rows, chat.row));
  const auto mark = std::find_if(marks.accounts.begin(), marks.accounts.end(),
                                 [&](const Watermark& other) { return other.account == from; });
  if (mark == marks.accounts.end()) return {};
  // Nobody has seen what comes after their own receipt.
  const auto read = std::min(receipt.read_up_to, seq - 1);
  const auto delivered = std::max(std::min(receipt.delivered_up_to, seq - 1), read);
  mark->delivered = std::max(mark->delivered, delivered);
  mark->read = std::max(mark->read, read);
  TERN_TRY(marks.store(step.rows, chat.row));
  return recount(step, chat, marks);
}

Result<void> go_back(Step& step, Chat& chat, std::uint64_t seq, std::uint64_t received) {
  auto& record = step.edit(chat);
  record.told_delivered = record.told_read = 0;
  record.newest_received = std::min(record.newest_received, received);
  record.read_here = std::min(record.read_here, received);
  record.delivered_to_all = std::min(record.delivered_to_all, seq);
  record.read_by_all = std::min(record.read_by_all, seq);
  TERN_ASSIGN(auto marks, Watermarks::load(step.rows, chat.row));
  if (marks.accounts.empty()) return {};
  for (auto& mark : marks.accounts) {
    mark.delivered = std::min(mark.delivered, seq);
    mark.read = std::min(mark.read, seq);
  }
  return marks.store(step.rows, chat.row);
}

Result<void> members_changed(Step& step, Chat& chat, const Roster& roster, std::uint64_t seq) {
  if (roster.seats().size() > limits::receipts_devices_max)
    return step.rows.erase(tables::watermarks, chat.row);
  TERN_ASSIGN(const auto before, Watermarks::load(step.rows, chat.row));
  Watermarks after;
  for (const auto& account : roster.accounts()) {
    if (account == step.device.account.id) continue;
    const auto known = std::find_if(before.accounts.begin(), before.accounts.end(),
                                    [&](const Watermark& mark) { return mark.account == account; });
    after.accounts.push_back(known == before.accounts.end() ? Watermark{account, seq, seq}
                                                            : *known);
  }
  TERN_TRY(after.store(step.rows, chat.row));
  return recount(step, chat, after);
}

}  // namespace receipts
}  // namespace tern::client
