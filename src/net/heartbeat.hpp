// How long a silent connection is trusted: long enough to spare a phone's radio, short enough that
// a NAT does not forget it.
#pragma once

#include "base/clock.hpp"

namespace tern::net {

struct HeartbeatTimings {
  std::int64_t shortest_ms = 60'000;
  std::int64_t longest_ms = 600'000;
  std::int64_t answer_ms = 15'000;
};

/// After `interval` of silence a ping is due. Answered, the interval grows by half, up to the
/// longest that has not killed a link; a link that turns out to have died silently puts it back to
/// the shortest, and half-way below what killed it becomes the longest.
class Heartbeat {
 public:
  enum class Due { nothing, ping, link_dead };
  explicit Heartbeat(HeartbeatTimings timings = {})
      : timings_(timings), interval_ms_(timings.shortest_ms), longest_ms_(timings.longest_ms) {}

  void link_up(std::int64_t now_ms);
  void link_down() { up_ = false; }
  void sent(std::int64_t now_ms) { quiet_since_ms_ = now_ms; }
  void received(std::int64_t now_ms);
  /// Bytes came, or were taken, at `at_ms`: the link is alive, but no silence was survived.
  void moved(std::int64_t at_ms);
  /// Another network has other NATs; whether the link outlived the change is asked at once.
  void network_changed(std::int64_t now_ms);

  /// What to do now; `ping` only once until it is answered.
  Due due(std::int64_t now_ms);
  /// When to ask due() at the latest; never_ms without a link.
  std::int64_t next_deadline() const;
  std::int64_t interval_ms() const { return interval_ms_; }

 private:
  HeartbeatTimings timings_;
  std::int64_t interval_ms_;
  std::int64_t longest_ms_;
  std::int64_t quiet_since_ms_ = 0;
  std::int64_t pinged_ms_ = 0;
  std::int64_t moved_ms_ = 0;
  bool up_ = false;
  bool ping_out_ = false;
};

}  // namespace tern::net
