#include "client/sending.hpp"

#include "base/check.hpp"
#include "base/deliberate_fault.hpp"
#include "client/append_draft.hpp"
#include "client/composing.hpp"
#include "client/history.hpp"
#include "client/receipts.hpp"
#include "client/rejoin.hpp"
#include "client/wanted_blobs.hpp"

namespace tern::client {
namespace {

// The group that entries are encrypted in, and where its records are kept.
struct Epoch {
  mls::Group& group;
  const GroupRecords& records;
  EpochTag tag;
  /// It has members who are not to read what was written before they came.
  bool has_newcomer = false;
};

// The design's section 4: every MLS message says which entry it is and what its sender had seen.
Bytes header_of(const Chat& chat, const EntryId& id, ByteSpan content) {
  wire::EntryHeader header;
  header.entry_id = id;
  header.seen_seq = chat.record.cursor;
  header.seen_hash = chat.record.hash;
  header.blobs = wire::blobs_named(content);
  return wire::encode(header);
}

Result<SecretBytes> message_content(Step& step, const Chat& chat, std::uint64_t order) {
  TERN_ASSIGN(auto row, history::get(step.rows, chat.row, order));
  TERN_CHECK(row.has_value());
  if (const auto blob = blob_in(row->content))
    TERN_TRY(wanted_blobs::offer_unless_there(step, *blob));
  return std::move(row->content);
}

Result<SecretBytes> content_again(Step& step, const Chat& chat, std::uint64_t order) {
  TERN_ASSIGN(const auto row, history::get(step.rows, chat.row, order));
  TERN_CHECK(row.has_value());
  TERN_ASSIGN(auto content, wire::decode_content(row->content));
  content.again = wire::Again{row->id, row->seq};
  if (const auto blob = blob_in(row->content)) TERN_TRY(wanted_blobs::offer_again(step, *blob));
  return composing::encode(content);
}

// What was encrypted on an earlier link goes out as it is.
Result<void> offer_its_blob(Step& step, const Chat& chat, const NumberedRow& numbered) {
  const auto kind = numbered.row.kind;
  if (kind != OutboxKind::message && kind != OutboxKind::again) return {};
  const auto order =
      kind == OutboxKind::message ? queued_order(numbered.number) : numbered.row.again_order;
  TERN_ASSIGN(const auto row, history::get(step.rows, chat.row, order));
  const auto blob = row ? blob_in(row->content) : std::nullopt;
  return blob ? wanted_blobs::offer_unless_there(step, *blob) : Result<void>();
}

Result<SecretBytes> content_of(Step& step, Chat& chat, const NumberedRow& numbered) {
  if (numbered.row.kind == OutboxKind::message)
    return message_content(step, chat, queued_order(numbered.number));
  if (numbered.row.kind == OutboxKind::again)
    return content_again(step, chat, numbered.row.again_order);
  wire::Content content;
  content.sent_ms = step.now.wall_ms;
  content.body = receipts::take(step, chat);
  return SecretBytes(wire::encode(content));
}

Result<mls::Protected> encrypt(Step& step, Chat& chat, Epoch& epoch, const OutboxRow& row,
                               ByteSpan content) {
  auto& device = step.device;
  const auto header = header_of(chat, row.id, content);
  if (row.kind == OutboxKind::leave)
    return epoch.group.propose_remove(epoch.group.own_leaf(), ByteSpan(header),
                                      device.account.identity, device.entropy);
  return epoch.group.protect(content, header, device.account.identity, device.entropy);
}

void write_later(Step& step, const Epoch& epoch, mls::RecordChanges changes) {
  const auto kept = std::make_shared<const mls::RecordChanges>(std::move(changes));
  step.then([&device = step.device, &records = epoch.records, kept] {
    const auto write = [&](store::WriteTransaction& transaction) {
      Rows rows(transaction, device.sealer);
      return records.write(rows, *kept);
    };
    (void)store::transact(device.environment, store::Durability::synced, write);
  });
}

// Ciphertext, ratchet and outbox row in one transaction: lost answers burn no generation.
Result<void> make_ciphertext(Step& step, Chat& chat, Epoch& epoch, NumberedRow& numbered,
                             ByteSpan content) {
  step.edit(chat);
  TERN_ASSIGN(auto made, encrypt(step, chat, epoch, numbered.row, content));
  if (is_deliberate(DeliberateFault::ratchet_after_sending))
    write_later(step, epoch, std::move(made.changes));
  else
    TERN_TRY(epoch.records.write(step.rows, made.changes));
  step.moved_ratchet();
  numbered.row.ciphertext = std::move(made.message);
  numbered.row.tag = epoch.tag;
  return outbox::put(step.rows, chat.row, numbered.number, numbered.row);
}

// Padmé adds at most an eighth, the frame of a PrivateMessage less than the rest.
std::size_t ciphertext_bytes_max(std::size_t content_bytes) {
  return content_bytes + content_bytes / 8 + 1024;
}

constexpr std::size_t receipt_bytes = 128;

enum class Added { yes, full };

Result<Added> add_row(Step& step, Chat& chat, Epoch& epoch, NumberedRow numbered,
                      AppendDraft& draft) {
  if (is_deliberate(DeliberateFault::retry_under_new_id) && !numbered.row.ciphertext.empty()) {
    numbered.row.id = step.device.entropy.make<EntryId>();
    numbered.row.tag = {};
  }
  const bool stale_too =
      is_deliberate(DeliberateFault::stale_not_encrypted_again) && !numbered.row.ciphertext.empty();
  if (numbered.row.tag == epoch.tag || stale_too) {
    if (!draft.fits(numbered.row.ciphertext.size())) return Added::full;
    TERN_TRY(offer_its_blob(step, chat, numbered));
  } else {
    SecretBytes content;
    if (numbered.row.kind != OutboxKind::leave) {
      TERN_ASSIGN(content, content_of(step, chat, numbered));
    }
    if (!draft.fits(ciphertext_bytes_max(content.size()))) return Added::full;
    TERN_TRY(make_ciphertext(step, chat, epoch, numbered, content));
  }
  const auto kind = numbered.row.kind == OutboxKind::leave ? wire::EntryKind::proposal
                                                           : wire::EntryKind::application;
  draft.add({numbered.row.kind, numbered.number, numbered.row.id}, kind,
            std::move(numbered.row.ciphertext));
  return Added::yes;
}

Result<void> add_outbox(Step& step, Chat& chat, Epoch& epoch, AppendDraft& draft) {
  TERN_ASSIGN(auto rows, outbox::front(step.rows, chat.row, draft.entries_left()));
  for (auto& numbered : rows) {
    // RFC 9420 §12.4: who has asked to leave says nothing more in this epoch.
    const bool last = numbered.row.kind == OutboxKind::leave;
    if (epoch.has_newcomer && numbered.row.kind == OutboxKind::again) continue;
    TERN_ASSIGN(const auto added, add_row(step, chat, epoch, std::move(numbered), draft));
    if (added == Added::full || last) return {};
  }
  // Receipts come after real messages, and with them where they can.
  if (!receipts::due(step, chat) && (draft.empty() || !receipts::untold(step, chat))) return {};
  if (!draft.fits(ciphertext_bytes_max(receipt_bytes))) return {};
  OutboxRow receipt;
  receipt.kind = OutboxKind::receipt;
  receipt.id = step.device.entropy.make<EntryId>();
  const auto number = step.edit(chat).next_number++;
  TERN_ASSIGN(const auto added, add_row(step, chat, epoch, {number, std::move(receipt)}, draft));
  static_cast<void>(added);
  return {};
}

void send(Step& step, Chat& chat, AppendDraft& draft, bool has_commit) {
  if (draft.empty()) return;
  for (const auto& entry : draft.entries()) {
    if (entry.kind == OutboxKind::message)
      step.emit(MessageChanged{chat.id(), entry.id, MessageState::sending});
  }
  step.send({Purpose::What::append, chat.id()}, draft.request(step.device.record.store_counter));
  step.then([&chat, under_way = draft.entries(), base = chat.record.base, has_commit] {
    chat.line.appending = true;
    chat.line.in_flight = under_way;
    chat.line.sent_base = base;
    chat.line.sent_commit = has_commit;
  });
}

}  // namespace

Result<bool> has_something_to_send(Step& step, const Chat& chat) {
  TERN_ASSIGN(const auto rows, outbox::front(step.rows, chat.row, 1));
  return !rows.empty();
}

Result<void> send_outbox(Step& step, Chat& chat) {
  TERN_ASSIGN(auto* const group, chat.group());
  Epoch epoch{*group, chat.records, epoch_tag(*group), false};
  AppendDraft draft(chat.id(), chat.record.base);
  TERN_TRY(add_outbox(step, chat, epoch, draft));
  send(step, chat, draft, false);
  return {};
}

Result<void> send_commit(Step& step, Chat& chat) {
  TERN_ASSIGN(const auto* const pending, chat.pending(step.rows));
  TERN_ASSIGN(auto* const next, chat.next_group());
  TERN_ASSIGN(const auto roster, Roster::load(step.rows, chat.row));
  const bool has_newcomer = rejoin::has_newcomer(roster, pending->added);
  Epoch epoch{*next, chat.next_records, pending->next, has_newcomer};
  AppendDraft draft(chat.id(), chat.record.base);
  TERN_TRY(draft.add(*pending));
  TERN_TRY(add_outbox(step, chat, epoch, draft));
  send(step, chat, draft, true);
  return {};
}

}  // namespace tern::client
