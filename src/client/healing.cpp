#include "client/healing.hpp"

namespace tern::client {
namespace {

constexpr std::uint32_t small_devices_max = 8;
constexpr std::uint32_t medium_devices_max = 64;
constexpr std::uint32_t medium_messages = 100;
constexpr std::int64_t day_ms = 86'400'000;

// Spread over a day, or a thousand members would commit in the same minute.
std::int64_t spread_ms(const Step& step) {
  return static_cast<std::int64_t>(std::hash<DeviceId>()(step.device.account.device) %
                                   static_cast<std::uint64_t>(day_ms));
}

}  // namespace

bool heals_now(const Step& step, const Chat& chat) {
  const auto& record = chat.record;
  if (step.now.mono_ms - chat.pace.healed_at < step.device.config.heal_interval_ms) return false;
  const auto age_ms = step.now.wall_ms - record.updated_ms;
  if (record.devices <= small_devices_max)
    return !record.newest_is_mine && record.newest_received > 0;
  if (record.devices <= medium_devices_max)
    return age_ms > day_ms || record.sent_since_update >= medium_messages;
  return age_ms > 7 * day_ms + spread_ms(step);
}

}  // namespace tern::client
