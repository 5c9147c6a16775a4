// Somebody's application message: into the history once, or into the watermarks.
#pragma once

#include "client/step.hpp"

namespace tern::client::foreign_message {

Result<void> apply(Step& step, Chat& chat, const wire::Entry& entry,
                   const wire::EntryHeader& header, mls::Application message);

}  // namespace tern::client::foreign_message
