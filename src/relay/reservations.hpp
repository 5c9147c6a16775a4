// Who holds a log for a moment: a device whose commits were overtaken twice gets two seconds in
// which no other commit comes first. In memory only; a restart ends all of them.
#pragma once

#include <optional>
#include <unordered_map>

#include "tern/bytes.hpp"

namespace tern::relay {

inline constexpr std::int64_t reservation_ms = 2'000;

/// Changes are staged until the batch is on the disk, so that a batch can be run again.
class Reservations {
 public:
  /// How long `device` has to wait for somebody else's reservation; 0: it may go on.
  std::uint32_t wait_ms(std::int64_t mono_ms, const LogId& log, const DeviceId& device) const;
  void stage_hold(std::int64_t mono_ms, const LogId& log, const DeviceId& device);
  /// Its commit is in: others may go on.
  void stage_release(const LogId& log, const DeviceId& device);
  void forget_staged() { staged_.clear(); }
  /// Makes the staged ones real and drops those that have run out.
  void keep_staged(std::int64_t mono_ms);

 private:
  struct Hold {
    DeviceId device;
    std::int64_t until_mono_ms = 0;
  };
  const Hold* find(const LogId& log) const;

  std::unordered_map<LogId, Hold> holds_;
  std::unordered_map<LogId, Hold> staged_;
};

}  // namespace tern::relay
