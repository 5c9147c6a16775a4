// Telling the relay how far logs were applied, so that it may forget: late, together, and only what
// is on the disk.
#pragma once

#include "client/step.hpp"

namespace tern::client {

/// Sends what is due. Costs no sync: what it tells of was durable before.
Result<void> acknowledge(Step& step);
/// There is something to tell; it waits a moment for more.
void acknowledge_later(Device& device, Now now);
/// When it will be due; never_ms without anything to tell.
std::int64_t acknowledge_at(const Device& device);

}  // namespace tern::client
