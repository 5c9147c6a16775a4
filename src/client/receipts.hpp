// How far everybody has come: watermarks, told in batches, after real messages, in chats of up to
// limits::receipts_devices_max devices.
#pragma once

#include "client/roster.hpp"
#include "client/step.hpp"
#include "wire/content.hpp"

namespace tern::client {

/// How far one other account has come.
struct Watermark {
  AccountId account;
  std::uint64_t delivered = 0;
  std::uint64_t read = 0;
};

struct Watermarks {
  std::vector<Watermark> accounts;  ///< every other account of the chat
  static Result<Watermarks> load(const ReadRows& rows, const RowId& chat);
  Result<void> store(Rows& rows, const RowId& chat) const;
};

namespace receipts {

/// Whether this chat has receipts at all.
bool kept(const Step& step, const Chat& chat);
/// Whether the others are to be told something, now or later.
bool untold(const Step& step, const Chat& chat);
/// Something was applied or read: tells the others after a while.
void note(Step& step, Chat& chat);
/// Whether untold() has waited long enough to be sent without a message.
bool due(const Step& step, const Chat& chat);
/// What to tell now; counts as told.
wire::ReceiptContent take(Step& step, Chat& chat);

/// Somebody's receipt, in the entry `seq`.
Result<void> apply(Step& step, Chat& chat, const AccountId& from, std::uint64_t seq,
                   const wire::ReceiptContent& receipt);
/// What was told of entries after `seq` counts no more: the relay has lost them, and others will
/// have their numbers. Of what this device has received itself, what is after `received`.
Result<void> go_back(Step& step, Chat& chat, std::uint64_t seq, std::uint64_t received);
/// The chat's members changed at `seq`: new ones owe nothing before it.
Result<void> members_changed(Step& step, Chat& chat, const Roster& roster, std::uint64_t seq);

}  // namespace receipts
}  // namespace tern::client
