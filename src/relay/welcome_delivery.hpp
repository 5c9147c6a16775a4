// From a commit into the inboxes of those whom it adds, in the commit's own transaction.
#pragma once

#include "relay/requests.hpp"

namespace tern::relay {

/// Above so many recipients, or of this size for more than one, the GroupInfo is stored once for
/// all.
inline constexpr std::size_t inline_group_info_devices_max = 64;
inline constexpr std::size_t inline_group_info_bytes_max = 4 * 1024;
/// One author fills no more than this part of an inbox.
inline constexpr std::uint32_t inbox_share_divisor = 4;

/// `welcome` without its group_secrets, which are each device's own. Devices whose inbox is full
/// (or has the author's share already), or which have none, are added to `inbox_full`: they do not
/// get in this time, the others do.
Result<void> deliver_welcomes(Context& context, const EntryRow& commit,
                              const wire::InboxWelcome& welcome,
                              std::span<const wire::WelcomeFor> devices,
                              std::vector<DeviceId>& inbox_full);

/// The payload of an inbox entry as its owner reads it: with the GroupInfo, wherever that lies.
Result<Bytes> whole_welcome(LogTransaction& store, const EntryRow& row);

}  // namespace tern::relay
