// What a chat has yet to say: one row an entry, first in, first out. Content is kept until the
// entry is seen in the log; ciphertext is made once per epoch and kept beside it (design §2.3).
#pragma once

#include "client/chat_record.hpp"
#include "client/tables.hpp"

namespace tern::client {

enum class OutboxKind : std::uint8_t {
  message = 1,  ///< content: the queued message row of the same number
  again = 2,    ///< content: the message row at `again_order`, sent once more (a rejoin)
  receipt = 3,  ///< content: the watermarks at the time of encryption
  leave = 4,    ///< a proposal to remove this device
  commit = 5,   ///< not a row: the pending commit, where entries under way are listed
};

/// An entry of an append under way.
struct OutboxEntry {
  OutboxKind kind = OutboxKind::message;
  std::uint64_t number = 0;
  EntryId id;
};

struct OutboxRow {
  OutboxKind kind = OutboxKind::message;
  EntryId id;
  std::uint64_t again_order = 0;
  EpochTag tag;      ///< of the epoch that `ciphertext` was made in; zero: none was made
  Bytes ciphertext;  ///< MLSMessage
};

crypto::SecretBytes encode(const OutboxRow& row);
/// Errors: storage_damaged.
Result<OutboxRow> decode_outbox_row(ByteSpan bytes);

struct NumberedRow {
  std::uint64_t number = 0;
  OutboxRow row;
};

namespace outbox {
Result<void> put(Rows& rows, const RowId& chat, std::uint64_t number, const OutboxRow& row);
Result<void> erase(Rows& rows, const RowId& chat, std::uint64_t number);
Result<std::optional<OutboxRow>> get(const ReadRows& rows, const RowId& chat, std::uint64_t number);
/// The first `count` rows.
Result<std::vector<NumberedRow>> front(const ReadRows& rows, const RowId& chat, std::size_t count);
/// The row of this entry among the first `limits::batch_entries_max`, where everything that was
/// ever sent stands.
Result<std::optional<NumberedRow>> find(const ReadRows& rows, const RowId& chat, const EntryId& id);
/// All rows, oldest first.
Result<std::vector<NumberedRow>> all(const ReadRows& rows, const RowId& chat);
}  // namespace outbox

}  // namespace tern::client
