#include "client/applying.hpp"

#include "client/foreign_entries.hpp"
#include "client/membership.hpp"
#include "client/own_entries.hpp"
#include "client/rejoin.hpp"
#include "client/restored.hpp"
#include "client/rollback.hpp"

namespace tern::client {
namespace {

// What the running hash goes over, and with it the position in the log.
Result<void> move_past(Step& step, Chat& chat, const wire::Entry& entry, ByteSpan payload) {
  auto& record = step.edit(chat);
  const auto header =
      wire::hashed_header(entry.seq, entry.id, entry.kind, entry.base, payload.size());
  record.hash = wire::LogHash{crypto::blake2b({record.hash, header, payload}).bytes};
  record.cursor = entry.seq;
  record.seal = 0;
  if (wire::is_handshake(entry.kind)) {
    record.base = entry.seq;
    record.base_hash = record.hash;
  }
  return chat.hashes.note(step.rows, chat.row, record.cursor, record.hash);
}

// An entry that this device is said to have written. Nothing is awaited from the disk for it: what
// a power cut undoes is read again.
Result<void> apply_own_entry(Step& step, Chat& chat, const wire::Entry& entry) {
  TERN_ASSIGN(auto own, own_entries::find(step, chat, entry.id));
  if (!own) return restored::unknown_own_entry(step, chat, entry);
  TERN_TRY(own_entries::apply(step, chat, entry.seq, *own));
  return move_past(step, chat, entry, own->payload);
}

Result<void> apply_foreign_entry(Step& step, Chat& chat, const wire::Entry& entry) {
  step.sync();
  TERN_ASSIGN(const auto outcome, foreign_entries::apply(step, chat, entry));
  if (outcome == foreign_entries::Outcome::stays) return {};
  return move_past(step, chat, entry, entry.payload);
}

// What was read there is somebody else's: an own entry would have been known.
Result<void> check_not_read(Step& step, Chat& chat, std::uint64_t seq) {
  if (seq > chat.record.cursor) return {};
  TERN_ASSIGN(const auto read, chat.hashes.at(step.rows, chat.row, seq));
  if (!read) return {};
  return Error(Errc::frame_malformed, "the relay has put an entry where another one stands");
}

}  // namespace

Result<void> apply_entries(Step& step, Chat& chat, const std::vector<wire::Entry>& entries) {
  for (const auto& entry : entries) {
    if (chat.record.state != ChatState::active) return {};
    if (entry.seq <= chat.record.cursor) continue;
    if (entry.seq != chat.record.cursor + 1 && !rollback::follows(chat, entry)) return {};
    TERN_TRY(entry.own ? apply_own_entry(step, chat, entry)
                       : apply_foreign_entry(step, chat, entry));
  }
  return {};
}

Result<void> apply_own(Step& step, Chat& chat, std::uint64_t first_seq,
                       const std::vector<OutboxEntry>& entries) {
  if (chat.record.state != ChatState::active) return {};
  for (const auto& under_way : entries) {
    if (first_seq > chat.record.cursor + 1) return {};
    TERN_ASSIGN(auto own, own_entries::find(step, chat, under_way.id));
    // Applied already when it came with the log.
    if (own) {
      TERN_TRY(check_not_read(step, chat, first_seq));
      wire::Entry entry;
      entry.seq = first_seq;
      entry.id = under_way.id;
      entry.kind = own->kind;
      // The relay writes an entry under the newest handshake before it (design §2.3).
      entry.base = chat.record.base;
      const bool next = first_seq == chat.record.cursor + 1;
      TERN_TRY(own_entries::apply(step, chat, first_seq, *own));
      if (next) TERN_TRY(move_past(step, chat, entry, own->payload));
    }
    ++first_seq;
  }
  return {};
}

}  // namespace tern::client
