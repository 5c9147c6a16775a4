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
  if (!open_) return;
  if (weather_cuts()) return cut();
  world_.frame_leaves();
  world_.scheduler().at(
      arrival(last_to_relay_ms_), [self = shared_from_this(), frame = std::move(frame)]() mutable {
        self->world_.frame_ends();
        if (!self->open_) return;
        auto& relay = self->relay_;
        if (relay.on_frame_from_device && !relay.on_frame_from_device(self->device_, frame)) return;
        relay.receive(self->id_, std::move(frame));
      });
}

void Link::to_device(Bytes frame) {
  if (!open_) return;
  if (weather_cuts()) return cut();
  world_.frame_leaves();
  world_.scheduler().at(
      arrival(last_to_device_ms_), [self = shared_from_this(), frame = std::move(frame)]() mutable {
        self->world_.frame_ends();
        if (!self->open_) return;
        auto& relay = self->relay_;
        if (relay.on_frame_to_device && !relay.on_frame_to_device(self->device_, frame)) return;
        self->device_.receive(std::move(frame));
      });
}

void Link::cut() {
  if (!open_) return;
  open_ = false;
  world_.scheduler().after(1, [self = shared_from_this()] { self->relay_.lost(self->id_); });
  world_.scheduler().after(1, [self = shared_from_this()] {
    if (self->device_.link_ == self) self->device_.link_lost();
  });
}

}  // namespace tern::sim
