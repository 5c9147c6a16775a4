#include "relay/recoveries.hpp"

#include <algorithm>

namespace tern::relay {
namespace {

// Those who reported come back when the wait is over; if none does, the next one begins anew.
constexpr std::int64_t forgotten_after_ms = 60'000;

}  // namespace

const Recovery* Recoveries::find(const LogId& log) const {
  const auto staged = staged_.find(log);
  if (staged != staged_.end()) return staged->second ? &*staged->second : nullptr;
  const auto found = recoveries_.find(log);
  return found != recoveries_.end() ? &found->second : nullptr;
}

std::uint32_t Recoveries::wait_ms(std::int64_t mono_ms, const LogId& log) const {
  const auto* const recovery = find(log);
  if (!recovery || recovery->until_mono_ms <= mono_ms) return 0;
  return static_cast<std::uint32_t>(recovery->until_mono_ms - mono_ms);
}

void Recoveries::stage_report(std::int64_t mono_ms, const LogId& log, const wire::SealedHead& head,
                              const DeviceId& device) {
  const auto* const known = find(log);
  auto recovery = known ? *known : Recovery{head, {}, mono_ms + recovery_wait_ms};
  if (head.seq > recovery.head.seq) {
    recovery.head = head;
    recovery.devices.clear();
  }
  // Of two that were shown different logs up to there the first is believed.
  const bool same = head.seq == recovery.head.seq && head.hash == recovery.head.hash;
  auto& devices = recovery.devices;
  if (same && std::find(devices.begin(), devices.end(), device) == devices.end())
    devices.push_back(device);
  staged_[log] = std::move(recovery);
}

void Recoveries::stage_end(const LogId& log) { staged_[log] = std::nullopt; }

void Recoveries::keep_staged(std::int64_t mono_ms) {
  for (auto& [log, recovery] : staged_) {
    if (recovery)
      recoveries_[log] = std::move(*recovery);
    else
      recoveries_.erase(log);
  }
  staged_.clear();
  std::erase_if(recoveries_, [mono_ms](const auto& row) {
    return row.second.until_mono_ms + forgotten_after_ms <= mono_ms;
  });
}

}  // namespace tern::relay
