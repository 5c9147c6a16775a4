// Other members' entries: what everybody can see to be wrong is passed over by everybody; what
// only this device cannot open splits it from the chat (design §4, "When things go wrong").
#pragma once

#include "client/step.hpp"

namespace tern::client::foreign_entries {

enum class Outcome : std::uint8_t {
  passed,  ///< applied or passed over: the cursor moves on
  stays,   ///< this device cannot go on here, or has already been moved elsewhere
};

Result<Outcome> apply(Step& step, Chat& chat, const wire::Entry& entry);

}  // namespace tern::client::foreign_entries
