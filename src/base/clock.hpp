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

}  // namespace tern
