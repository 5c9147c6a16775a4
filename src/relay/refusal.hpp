// An error as the answer that a device gets.
#pragma once

#include "wire/frames.hpp"

namespace tern::relay {

/// With the time to wait and the limit that was passed, where there is one.
wire::Refused refusal(const Error& error);

}  // namespace tern::relay
