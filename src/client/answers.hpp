// What the relay answered, and what it pushes: each to the part that waits for it.
#pragma once

#include "client/step.hpp"

namespace tern::client::answers {

/// The answer to a request that was sent for `purpose`.
Result<void> received(Step& step, const Purpose& purpose, const wire::Answer& answer);
Result<void> pushed(Step& step, const wire::Push& push);

}  // namespace tern::client::answers
