// When to try to connect (again): soon for a person who waits, rarely for a relay that is down.
#pragma once

#include "base/clock.hpp"
#include "base/entropy.hpp"

namespace tern::net {

struct BackoffTimings {
  std::int64_t first_ms = 500;
  std::int64_t last_ms = 120'000;
  std::int64_t stable_ms = 30'000;  ///< a link that lived this long was a success
};

/// After the n-th failure in a row the next attempt comes at a random time within
/// min(first × 2^(n-1), last): full jitter, or a thousand devices come back in step when their
/// relay does (AWS Architecture Blog, "Exponential Backoff and Jitter", 2015).
class Backoff {
 public:
  explicit Backoff(Entropy& entropy, BackoffTimings timings = {})
      : entropy_(entropy), timings_(timings) {}

  /// When the next attempt is due, on the monotonic clock; it may have passed.
  std::int64_t next_attempt_ms() const { return next_ms_; }
  void attempt_started(std::int64_t now_ms) { last_attempt_ms_ = now_ms; }
  void attempt_failed(std::int64_t now_ms);
  void link_up(std::int64_t now_ms) { up_since_ms_ = now_ms; }
  /// A link that did not last counts as a failure: a relay that drops everybody at once.
  void link_down(std::int64_t now_ms);
  /// Another network: at once, and what failed before says nothing.
  void network_changed(std::int64_t now_ms);
  /// Somebody sends: at once, but not oftener than every `first_ms`, and later waits stay long.
  void send_waiting(std::int64_t now_ms);

 private:
  Entropy& entropy_;
  BackoffTimings timings_;
  int failures_ = 0;
  std::int64_t next_ms_ = 0;
  std::int64_t last_attempt_ms_ = INT64_MIN / 2;
  std::int64_t up_since_ms_ = 0;
};

}  // namespace tern::net
