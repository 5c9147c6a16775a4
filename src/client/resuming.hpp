// The start of every link: what this device has applied, held against where the relay's logs
// stand.
#pragma once

#include "client/step.hpp"

namespace tern::client::resuming {

/// The inbox first, then every chat that has a place in a log.
wire::Resume request(const Device& device);
/// Which logs are ahead, which the relay has lost something of, and whether this folder is an old
/// copy.
Result<void> resumed(Step& step, const wire::Resumed& answer);
/// Logs that this device is in and knows nothing of, once its inbox has explained what it can:
/// their Welcome, or this device's memory of them, is lost.
Result<void> adopt_strangers(Step& step);

}  // namespace tern::client::resuming
