// From a commit into the inboxes of those whom it adds, in the commit's own transaction.
#pragma once

#include "relay/requests.hpp"

namespace tern::relay {

/// Above so many recipients the GroupInfo is stored once for all.
inline constexpr std::size_t inline_group_info_devices_max = 64;

/// `welcome` without its group_secrets, which are each device's own. Devices whose inbox is full,
/// or which have none, are added to `inbox_full`: they do not get in this time, the others do.
Result<void> deliver_welcomes(Context& context, const EntryRow& commit, wire::InboxWelcome welcome,
                              std::span<const wire::WelcomeFor> devices,
                              std::vector<DeviceId>& inbox_full);

/// The payload of an inbox entry as its owner reads it: with the GroupInfo, wherever that lies.
Result<Bytes> whole_welcome(LogTransaction& store, const EntryRow& row);

}  // namespace tern::relay
