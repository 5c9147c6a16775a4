// A chat's messages as rows, in the one order of the log; own ones that have no place in it yet
// stand behind.
#pragma once

#include "client/tables.hpp"
#include "tern/message.hpp"

namespace tern::client {

class Chat;

struct MessageRow {
  MessageId id;
  AccountId sender;
  DeviceId device;
  std::uint64_t seq = 0;
  std::int64_t sent_ms = 0;
  bool mine = false;
  Errc failure{};  ///< an own message that will never arrive: why
  std::optional<Notice> notice;
  SecretBytes content;  ///< encoded wire::Content, unless it is a notice
};

crypto::SecretBytes encode(const MessageRow& row);
/// Errors: storage_damaged.
Result<MessageRow> decode_message_row(ByteSpan bytes);

/// Where rows stand: entries of the log leave room for the notices that belong to one of them.
constexpr std::uint64_t notices_per_entry_max = 1023;
// The last three are kept for one notice each, whatever else the entry has brought.
constexpr std::uint64_t notice_of_leaving = notices_per_entry_max - 2;
constexpr std::uint64_t notice_of_fork = notices_per_entry_max - 1;
constexpr std::uint64_t notice_of_gap = notices_per_entry_max;
constexpr std::uint64_t logged_order(std::uint64_t seq, std::uint64_t notice = 0) {
  return seq * (notices_per_entry_max + 1) + notice;
}
constexpr std::uint64_t queued_orders = std::uint64_t{1} << 63;
constexpr std::uint64_t queued_order(std::uint64_t number) { return queued_orders | number; }
/// No log is as long. What a relay placed here or beyond would stand among the queued ones.
constexpr std::uint64_t seqs_end = queued_orders / logged_order(1);

namespace history {

/// Writes the row and finds it by its id from now on.
Result<void> put(Rows& rows, const RowId& chat, std::uint64_t order, const MessageRow& row);
Result<void> erase(Rows& rows, const RowId& chat, std::uint64_t order, const MessageRow& row);
Result<std::optional<MessageRow>> get(const ReadRows& rows, const RowId& chat, std::uint64_t order);
/// Where the message with this id of this device stands.
Result<std::optional<std::uint64_t>> find(const ReadRows& rows, const RowId& chat,
                                          const MessageId& id, const DeviceId& device);
/// The same of any device: where it stood first.
Result<std::optional<std::uint64_t>> find(const ReadRows& rows, const RowId& chat,
                                          const MessageId& id);
/// The last `count` rows before `before` (nullopt: the newest), oldest first.
Result<std::vector<Message>> page(const ReadRows& rows, const Chat& chat, std::size_t count,
                                  std::optional<std::uint64_t> before);
/// What the app sees of a row.
Message shown(const ReadRows& rows, const MessageRow& row, std::uint64_t order, const Chat& chat);

}  // namespace history
}  // namespace tern::client
