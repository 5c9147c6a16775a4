// Being known at the relay: the certificate, the device list, and enough KeyPackages that others
// can add this device while it is away.
#pragma once

#include "client/step.hpp"

namespace tern::client::registration {

/// Wants to be registered from now on, also after a restart; `done` is told.
Result<void> want(Step& step, Engine::Done done);
/// What is missing: registers, or publishes KeyPackages, one request at a time. Once a step.
Result<void> go_on(Step& step);
Result<void> registered(Step& step);
Result<void> published(Step& step, const wire::KeyPackagesPublished& answer);
/// The relay refused one of them.
Result<void> refused(Step& step, const wire::Refused& refused);
/// When go_on() is next wanted; never_ms when all is well or there is no link.
std::int64_t retry_at(const Device& device, Now now);

}  // namespace tern::client::registration
