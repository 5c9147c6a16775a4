// An append that has passed every check, and its way into the store.
#pragma once

#include "relay/access_editor.hpp"
#include "relay/parsed_entry.hpp"
#include "relay/requests.hpp"

namespace tern::relay {

struct AppendPlan {
  LogId log;
  LogState before;
  DeviceId author;
  AccountId account;      ///< the author's
  Membership membership;  ///< the author's
  std::vector<ParsedEntry> entries;
  std::vector<AccessEffect> effects;  ///< one for each entry
  std::uint32_t members_after = 0;
  std::span<const wire::Welcomes> welcomes;
};

/// Works out `effects` and `members_after`, and holds the welcomes against them.
/// Errors: access_change_invalid, chat_too_large, malformed (welcomes for no commit),
/// entry_too_large (a Welcome that does not fit an entry).
Result<void> plan_access(Context& context, AppendPlan& plan);

/// The log has an entry of today: it will be too old some day.
Result<void> note_expiry(Context& context, const LogId& log, LogState& state);

/// Numbers and stores the entries, changes the access list, fills the inboxes, and notes what is
/// news. Refuses nothing: its errors are the store's.
Result<wire::Appended> carry_out(Context& context, const AppendPlan& plan);

}  // namespace tern::relay
