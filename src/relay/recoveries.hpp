// Logs of which the relay has lost entries, for it was put back to an older copy of its disk: what
// members report of them is collected for a moment, so that the log goes on from the highest. In
// memory only; after a restart they report again.
#pragma once

#include <unordered_map>
#include <vector>

#include "wire/frames.hpp"

namespace tern::relay {

/// Most devices are back by then after a relay's restart.
inline constexpr std::int64_t recovery_wait_ms = 10'000;

struct Recovery {
  wire::SealedHead head;          ///< the highest that was reported
  std::vector<DeviceId> devices;  ///< who had read up to there
  std::int64_t until_mono_ms = 0;
};

/// Changes are staged until the batch is on the disk, so that a batch can be run again.
class Recoveries {
 public:
  /// nullptr: the log is not being recovered.
  const Recovery* find(const LogId& log) const;
  /// How long the log rests before it goes on; 0: it may.
  std::uint32_t wait_ms(std::int64_t mono_ms, const LogId& log) const;
  void stage_report(std::int64_t mono_ms, const LogId& log, const wire::SealedHead& head,
                    const DeviceId& device);
  /// It has gone on.
  void stage_end(const LogId& log);
  void forget_staged() { staged_.clear(); }
  /// Makes the staged ones real and drops those that nobody has come back for.
  void keep_staged(std::int64_t mono_ms);

 private:
  std::unordered_map<LogId, Recovery> recoveries_;
  std::unordered_map<LogId, std::optional<Recovery>> staged_;  // nullopt: ended
};

}  // namespace tern::relay
