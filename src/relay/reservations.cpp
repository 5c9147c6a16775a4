#include "relay/reservations.hpp"

namespace tern::relay {

const Reservations::Hold* Reservations::find(const LogId& log) const {
  const auto staged = staged_.find(log);
  if (staged != staged_.end()) return &staged->second;
  const auto held = holds_.find(log);
  return held != holds_.end() ? &held->second : nullptr;
}

std::uint32_t Reservations::wait_ms(std::int64_t mono_ms, const LogId& log,
                                    const DeviceId& device) const {
  const auto* const hold = find(log);
  if (!hold || hold->device == device || hold->until_mono_ms <= mono_ms) return 0;
  return static_cast<std::uint32_t>(hold->until_mono_ms - mono_ms);
}

void Reservations::stage_hold(std::int64_t mono_ms, const LogId& log, const DeviceId& device) {
  staged_[log] = {device, mono_ms + reservation_ms};
}

void Reservations::stage_release(const LogId& log, const DeviceId& device) {
  const auto* const hold = find(log);
  if (hold && hold->device == device) staged_[log] = {};
}

void Reservations::keep_staged(std::int64_t mono_ms) {
  for (const auto& [log, hold] : staged_) holds_[log] = hold;
  staged_.clear();
  std::erase_if(holds_, [mono_ms](const auto& row) { return row.second.until_mono_ms <= mono_ms; });
}

}  // namespace tern::relay
