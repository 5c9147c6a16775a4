#include "net/backoff.hpp"

#include <algorithm>

namespace tern::net {

void Backoff::attempt_failed(std::int64_t now_ms) {
  constexpr int doublings_max = 30;  // 500 ms × 2^30 is far over any bound and far from overflow
  const auto bound =
      std::min(timings_.first_ms << std::min(failures_, doublings_max), timings_.last_ms);
  ++failures_;
  next_ms_ =
      now_ms + static_cast<std::int64_t>(entropy_.below(static_cast<std::uint64_t>(bound) + 1));
}

void Backoff::link_down(std::int64_t now_ms) {
  if (now_ms - up_since_ms_ >= timings_.stable_ms) failures_ = 0;
  attempt_failed(now_ms);
}

void Backoff::network_changed(std::int64_t now_ms) {
  failures_ = 0;
  next_ms_ = now_ms;
}

void Backoff::send_waiting(std::int64_t now_ms) {
  next_ms_ = std::min(next_ms_, std::max(now_ms, last_attempt_ms_ + timings_.first_ms));
}

}  // namespace tern::net
