// The group's rules as the newest epoch here had them: readable when the group itself is not, for
// who has lost its state must know whose word counts.
#pragma once

#include "client/policy.hpp"

namespace tern::client::policy_rows {

/// nullopt: this device has never been in the group. Errors: storage_*.
Result<std::optional<Policy>> get(const ReadRows& rows, const RowId& chat);
/// Writes nothing when it stands there already.
Result<void> note(Rows& rows, const RowId& chat, const Policy& policy);

}  // namespace tern::client::policy_rows
