// An error as the answer that a device gets.
#pragma once

#include "wire/frames.hpp"

namespace tern::relay {

/// An error that says nothing about the request, but that the store cannot go on.
bool ends_batch(Errc code);

/// With the time to wait and the limit that was passed, where there is one.
wire::Refused refusal(const Error& error);

}  // namespace tern::relay
