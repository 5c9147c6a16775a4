// The device's inbox: a log of Welcomes, read to its head before anything else.
#pragma once

#include "client/step.hpp"

namespace tern::client::inbox {

/// Where the relay's copy stands.
Result<void> resumed(Step& step, const wire::LogHead& head);
/// Reads on, or, at the head, lets those go on who waited for it.
Result<void> go_on(Step& step);
/// Entries of the inbox: read, or pushed.
Result<void> apply(Step& step, const wire::Entries& entries);
bool at_head(const Device& device);

}  // namespace tern::client::inbox
