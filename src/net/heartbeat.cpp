#include "net/heartbeat.hpp"

#include <algorithm>

namespace tern::net {

void Heartbeat::link_up(std::int64_t now_ms) {
  up_ = true;
  ping_out_ = false;
  quiet_since_ms_ = now_ms;
}

void Heartbeat::received(std::int64_t now_ms) {
  quiet_since_ms_ = now_ms;
  if (!ping_out_) return;
  ping_out_ = false;
  interval_ms_ = std::min(interval_ms_ + interval_ms_ / 2, longest_ms_);
}

void Heartbeat::moved(std::int64_t at_ms) {
  if (at_ms <= moved_ms_) return;
  moved_ms_ = at_ms;
  quiet_since_ms_ = std::max(quiet_since_ms_, at_ms);
  pinged_ms_ = std::max(pinged_ms_, at_ms);
}

void Heartbeat::network_changed(std::int64_t now_ms) {
  moved_ms_ = now_ms;  // what moved before says nothing of the new one
  quiet_since_ms_ = now_ms - timings_.shortest_ms;
  interval_ms_ = timings_.shortest_ms;
  longest_ms_ = timings_.longest_ms;
}

Heartbeat::Due Heartbeat::due(std::int64_t now_ms) {
  if (now_ms < next_deadline()) return Due::nothing;
  if (!ping_out_) {
    ping_out_ = true;
    pinged_ms_ = now_ms;
    return Due::ping;
  }
  up_ = false;
  longest_ms_ = std::max(timings_.shortest_ms, (interval_ms_ + timings_.shortest_ms) / 2);
  interval_ms_ = timings_.shortest_ms;
  return Due::link_dead;
}

std::int64_t Heartbeat::next_deadline() const {
  if (!up_) return never_ms;
  return ping_out_ ? pinged_ms_ + timings_.answer_ms : quiet_since_ms_ + interval_ms_;
}

}  // namespace tern::net
