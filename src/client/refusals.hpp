// What the relay refused: each refusal leads somewhere, and none is repeated without a pause.
#pragma once

#include "client/step.hpp"

namespace tern::client::refusals {

/// Of a request about a chat.
Result<void> of_chat(Step& step, Chat& chat, Purpose::What what, const wire::Refused& refused);
/// Of one about the device.
Result<void> of_device(Step& step, const Purpose& purpose, const wire::Refused& refused);

}  // namespace tern::client::refusals
