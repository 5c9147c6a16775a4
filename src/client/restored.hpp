// A device whose folder is an old copy (design §4): it sends nothing with that state, asks to be
// added again everywhere, and renews its KeyPackages.
#pragma once

#include "client/step.hpp"

namespace tern::client::restored {

/// The relay has heard of a higher store counter than this folder's.
Result<void> counter_is_behind(Step& step, std::uint64_t relay_counter);
/// An entry that this device wrote, and knows nothing of.
Result<void> unknown_own_entry(Step& step, Chat& chat, const wire::Entry& entry);

}  // namespace tern::client::restored
