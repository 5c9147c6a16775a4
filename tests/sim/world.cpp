#include "sim/world.hpp"

#include <algorithm>

namespace tern::sim {

World::World(std::uint64_t seed, const RelayLimits& limits)
    : seed_(seed), entropy_(seed), relay_(std::make_unique<RelayNode>(*this, limits)) {}

World::~World() = default;

Device& World::add_device(const std::string& name, const client::EngineConfig& config) {
  auto& device = *devices_.emplace_back(std::make_unique<Device>(*this, name, config));
  device.engine().register_device(now(), [](const Result<void>&) {});
  device.after_input();
  return device;
}

void World::run_for(std::int64_t ms) {
  const auto end = now().mono_ms + ms;
  while (scheduler_.step(end)) {
  }
  scheduler_.advance(end);
}

bool World::run_until(const std::function<bool()>& done, std::int64_t limit_ms) {
  const auto end = now().mono_ms + limit_ms;
  while (!done())
    if (!scheduler_.step(end)) return done();
  return true;
}

bool World::settle(std::int64_t limit_ms) {
  const auto rests = [](const auto& device) {
    return !device->running() || !device->online() ||
           (device->connected() && device->engine().settled());
  };
  return run_until([&] { return quiet() && std::all_of(devices_.begin(), devices_.end(), rests); },
                   limit_ms);
}

RelayLimits World::roomy_limits() {
  RelayLimits limits;
  limits.append_per_second = 100'000;
  limits.append_burst = 100'000;
  limits.claims_per_minute = 100'000;
  limits.resumes_per_minute = 100'000;
  limits.registrations_per_hour = 100'000;
  return limits;
}

}  // namespace tern::sim
