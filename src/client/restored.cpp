#include "client/restored.hpp"

#include <algorithm>

#include "client/rejoin.hpp"

namespace tern::client::restored {
namespace {

using Reason = wire::RejoinRequest::Reason;

Result<void> rejoin_everywhere(Step& step) {
  for (const auto& [id, chat] : step.device.chats) {
    if (chat->record.state == ChatState::active)
      TERN_TRY(rejoin::become_split(step, *chat, Reason::restored));
  }
  auto& record = step.edit_device();
  record.renew_single_use = true;
  record.renew_last_resort = true;
  step.sync();
  step.emit(DeviceRestored{});
  return {};
}

}  // namespace

Result<void> counter_is_behind(Step& step, std::uint64_t relay_counter) {
  step.edit_device().store_counter = relay_counter + 1;
  // Used up since, some of them: a Welcome that is sent again would begin an old epoch anew.
  TERN_TRY(step.rows.erase_all(tables::key_packages, {}));
  return rejoin_everywhere(step);
}

Result<void> unknown_own_entry(Step& step, Chat& chat, const wire::Entry& entry) {
  // Of one's own requests to be added again only the last is kept.
  if (entry.kind == wire::EntryKind::rejoin)
    return rejoin::become_split(step, chat, Reason::restored);
  return rejoin_everywhere(step);
}

}  // namespace tern::client::restored
