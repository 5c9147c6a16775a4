// How often this device may commit: a burst, then one each interval (design §4).
#pragma once

#include <algorithm>

#include "base/clock.hpp"

namespace tern::client {

class CommitRate {
 public:
  CommitRate(std::int64_t interval_ms, std::uint32_t burst)
      : interval_ms_(interval_ms), burst_ms_(interval_ms * (burst > 0 ? burst - 1 : 0)) {}

  /// When the next commit may be made; not after `now` when it may be made at once.
  std::int64_t next_ms(Now now) const { return std::max(full_at_ms_ - burst_ms_, now.mono_ms); }
  bool ready(Now now) const { return next_ms(now) <= now.mono_ms; }
  void take(Now now) { full_at_ms_ = std::max(full_at_ms_, now.mono_ms) + interval_ms_; }

 private:
  std::int64_t interval_ms_;
  std::int64_t burst_ms_;
  std::int64_t full_at_ms_ = INT64_MIN / 2;  // when all of the burst is there again
};

}  // namespace tern::client
