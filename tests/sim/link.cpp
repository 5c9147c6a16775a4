#include "sim/link.hpp"

#include <algorithm>

#include "sim/world.hpp"

namespace tern::sim {

std::int64_t Link::arrival(std::int64_t& last_ms) {
  const auto& weather = world_.weather();
  const auto spread = static_cast<std::uint64_t>(weather.delay_max_ms - weather.delay_min_ms + 1);
  const auto delay =
      weather.delay_min_ms + static_cast<std::int64_t>(world_.entropy().below(spread));
  // TCP: a later frame never overtakes an earlier one.
  last_ms = std::max(last_ms, world_.now().mono_ms + delay);
  return last_ms;
}

bool Link::weather_cuts() {
  const auto one_in = world_.weather().cut_one_in;
  return one_in != 0 && world_.entropy().below(one_in) == 0;
}

void Link::to_relay(Bytes frame) {
  if (!device_end_) return;
  if (weather_cuts()) return cut();
  world_.frame_leaves();
  world_.scheduler().at(
      arrival(last_to_relay_ms_), [self = shared_from_this(), frame = std::move(frame)]() mutable {
        self->world_.frame_ends();
        if (!self->relay_end_ || self->silent_) return;
        auto& relay = self->relay_;
        if (relay.on_frame_from_device && !relay.on_frame_from_device(self->device_, frame)) return;
        relay.receive(self->id_, std::move(frame));
      });
}

void Link::to_device(Bytes frame) {
  if (!relay_end_) return;
  if (weather_cuts()) return cut();
  world_.frame_leaves();
  world_.scheduler().at(
      arrival(last_to_device_ms_), [self = shared_from_this(), frame = std::move(frame)]() mutable {
        self->world_.frame_ends();
        if (!self->device_end_ || self->silent_) return;
        auto& relay = self->relay_;
        if (relay.on_frame_to_device && !relay.on_frame_to_device(self->device_, frame)) return;
        self->device_.receive(std::move(frame));
      });
}

void Link::tell_device(std::int64_t after_ms) {
  world_.scheduler().after(after_ms, [self = shared_from_this()] {
    self->device_end_ = false;
    if (self->device_.link_ == self) self->device_.link_lost();
  });
}

void Link::tell_relay(std::int64_t after_ms) {
  world_.scheduler().after(after_ms, [self = shared_from_this()] {
    self->relay_end_ = false;
    self->relay_.lost(self->id_);
  });
}

void Link::cut() {
  if (!device_end_ && !relay_end_) return;
  device_end_ = relay_end_ = false;
  tell_relay(1);
  tell_device(1);
}

void Link::close_at_device(std::int64_t relay_learns_ms) {
  if (!device_end_) return;
  device_end_ = false;
  tell_device(1);
  tell_relay(relay_learns_ms);
}

void Link::fall_silent(std::int64_t device_learns_ms, std::int64_t relay_learns_ms) {
  if (silent_ || !device_end_) return;
  silent_ = true;
  tell_device(device_learns_ms);
  tell_relay(relay_learns_ms);
}

}  // namespace tern::sim
