// What the crash lab agrees on with the library that it loads into a process
// (interposed_calls.cpp).
#pragma once

#include <atomic>
#include <cstdint>

namespace tern::crash::plan {

// Environment variables.
inline constexpr char folder[] = "TERN_CRASH_FOLDER";    // whose storage calls count: absolute
inline constexpr char counter[] = "TERN_CRASH_COUNTER";  // a file that holds a CallCounter
inline constexpr char how[] = "TERN_CRASH_HOW";          // see Fault
inline constexpr char at[] = "TERN_CRASH_AT";        // the first call that it happens to, from 1
inline constexpr char times[] = "TERN_CRASH_TIMES";  // and to how many in a row
inline constexpr char speed[] = "TERN_CRASH_SPEED";  // how fast the monotonic clock runs
inline constexpr char map_max[] = "TERN_CRASH_MAP_MAX";  // bytes that one mmap may take

/// In a file that both have mapped, so that it outlives the process that counts.
struct CallCounter {
  std::atomic<std::uint64_t> all;
  std::atomic<std::uint64_t> in_need_of_room;  // writes, and what makes a name
  std::atomic<std::uint64_t> writes;
  std::atomic<std::uint64_t> faults;  // that happened
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

}  // namespace tern::crash::plan
