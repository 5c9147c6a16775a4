// Time is a parameter: no file below net reads a clock.
#pragma once

#include <cstdint>

namespace tern {

/// One reading of both clocks, in milliseconds. Deadlines and back-off follow `mono_ms`, which
/// never jumps; time stamps that people see and lifetimes in certificates follow `wall_ms`
/// (Unix time), which may.
struct Now {
  std::int64_t mono_ms = 0;
  std::int64_t wall_ms = 0;
};

/// "No deadline" for next_deadline().
inline constexpr std::int64_t never_ms = INT64_MAX;

inline constexpr std::int64_t day_s = 86'400;

/// The day since 1970 that a wall clock's second lies in, as rows keep it; 0 before.
constexpr std::uint32_t day_of(std::int64_t wall_s) {
  return wall_s < 0 ? 0 : static_cast<std::uint32_t>(wall_s / day_s);
}

}  // namespace tern
