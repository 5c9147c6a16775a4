// The directory: which epochs there are, and who is put into and taken out of them.
#pragma once

#include <string_view>

#include "crypto/directory.hpp"
#include "relay/requests.hpp"

namespace tern::relay {

/// Those that members go into: all but the dead.
Result<std::vector<EpochRow>> kept_epochs(DirectoryTransaction& store);
/// The newest that is complete.
Result<EpochRow> current_epoch(DirectoryTransaction& store);
/// Errors: directory_epoch_gone, unless it is the current or the previous one.
Result<EpochRow> served_epoch(DirectoryTransaction& store, std::uint32_t epoch);

/// Where a member belongs in one epoch.
struct NewRecord {
  std::uint32_t epoch = 0;
  wire::Tag tag = 0;
  DirectoryRecord record;
};
/// In every epoch that is kept.
Result<std::vector<NewRecord>> records_for(Context& context, std::string_view number,
                                           const crypto::VerifyKey& account_key);
/// `account` is in none of them.
Result<void> add_to_directory(Context& context, const AccountId& account,
                              std::span<const NewRecord> records);
/// From all of them; fine when it is in none.
Result<void> remove_from_directory(Context& context, const AccountId& account);

/// The key that signed the account's device list.
Result<crypto::VerifyKey> account_key(LogTransaction& store, const AccountId& account);

/// Whether the caller's account has a number, which the directory is only for. Errors:
/// number_not_confirmed.
Result<OwnerRow> check_has_number(Context& context, const Caller& caller);

}  // namespace tern::relay
