// Accounts that a person wants to hear nothing of, and the chats that those have tried to begin.
#pragma once

#include "client/tables.hpp"

namespace tern::client::blocks {

Result<void> put(Rows& rows, const AccountId& account);
Result<void> erase(Rows& rows, const AccountId& account);
Result<bool> has(const ReadRows& rows, const AccountId& account);
Result<std::vector<AccountId>> all(const ReadRows& rows);

/// The relay names every log that this device is in: those with a refused Welcome mean nothing.
Result<void> refuse(Rows& rows, const LogId& log);
Result<bool> is_refused(const ReadRows& rows, const LogId& log);
/// This device begins the chat itself.
Result<void> allow(Rows& rows, const LogId& log);

}  // namespace tern::client::blocks
