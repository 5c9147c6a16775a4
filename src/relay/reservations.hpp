// Who holds a log for a moment: a device whose commits were overtaken twice gets two seconds in
// which no other commit comes first. In memory only; a restart ends all of them.
#pragma once

#include <unordered_map>

#include "tern/bytes.hpp"

namespace tern::relay {

inline constexpr std::int64_t reservation_ms = 2'000;
/// After a hold nobody may hold the log for so many times as long: whoever asks again and again has
/// it for a fifth of the time, and others' commits go through in between.
inline constexpr std::int64_t reservation_pause_factor = 4;

/// Changes are staged until the batch is on the disk, so that a batch can be run again.
class Reservations {
 public:
  /// How long `device` has to wait for somebody else's reservation; 0: it may go on.
  std::uint32_t wait_ms(std::int64_t mono_ms, const LogId& log, const DeviceId& device) const;
  /// How long until `device` may hold the log; 0: now, or it does.
  std::uint32_t hold_wait_ms(std::int64_t mono_ms, const LogId& log, const DeviceId& device) const;
  /// A hold that there is already gets no longer.
  void stage_hold(std::int64_t mono_ms, const LogId& log, const DeviceId& device);
  /// Its commit is in: others may go on.
  void stage_release(std::int64_t mono_ms, const LogId& log, const DeviceId& device);
  void forget_staged() { staged_.clear(); }
  /// Makes the staged ones real and drops those whose pause is over.
  void keep_staged(std::int64_t mono_ms);

 private:
  struct Hold {
    DeviceId device;
    std::int64_t from_mono_ms = 0;
    std::int64_t until_mono_ms = 0;
    std::int64_t pause_ends_ms() const {
      return until_mono_ms + reservation_pause_factor * (until_mono_ms - from_mono_ms);
    }
  };
  const Hold* find(const LogId& log) const;

  std::unordered_map<LogId, Hold> holds_;
  std::unordered_map<LogId, Hold> staged_;
};

}  // namespace tern::relay
