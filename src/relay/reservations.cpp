#include "relay/reservations.hpp"

#include <algorithm>

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

std::uint32_t Reservations::hold_wait_ms(std::int64_t mono_ms, const LogId& log,
                                         const DeviceId& device) const {
  const auto* const hold = find(log);
  if (!hold || hold->pause_ends_ms() <= mono_ms) return 0;
  if (hold->until_mono_ms > mono_ms) return wait_ms(mono_ms, log, device);
  return static_cast<std::uint32_t>(hold->pause_ends_ms() - mono_ms);
}

void Reservations::stage_hold(std::int64_t mono_ms, const LogId& log, const DeviceId& device) {
  const auto* const hold = find(log);
  if (hold && hold->device == device && hold->until_mono_ms > mono_ms) return;
  staged_[log] = {device, mono_ms, mono_ms + reservation_ms};
}

void Reservations::stage_release(std::int64_t mono_ms, const LogId& log, const DeviceId& device) {
  const auto* const found = find(log);
  if (!found || found->device != device) return;
  auto hold = *found;
  hold.until_mono_ms = std::min(hold.until_mono_ms, mono_ms);
  staged_[log] = hold;
}

void Reservations::keep_staged(std::int64_t mono_ms) {
  for (const auto& [log, hold] : staged_) holds_[log] = hold;
  staged_.clear();
  std::erase_if(holds_,
                [mono_ms](const auto& row) { return row.second.pause_ends_ms() <= mono_ms; });
}

}  // namespace tern::relay
