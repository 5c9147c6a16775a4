#include "net/system_clock.hpp"

#include <chrono>

namespace tern::net {
namespace {

template <class Clock>
std::int64_t milliseconds() {
  using std::chrono::milliseconds;
  return std::chrono::duration_cast<milliseconds>(Clock::now().time_since_epoch()).count();
}

}  // namespace

Now read_clock() {
  return {.mono_ms = milliseconds<std::chrono::steady_clock>(),
          .wall_ms = milliseconds<std::chrono::system_clock>()};
}

}  // namespace tern::net
