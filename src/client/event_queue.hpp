// What the app has not fetched yet. Bounded: over the bound everything queued becomes one Reset.
#pragma once

#include <deque>

#include "tern/event.hpp"

namespace tern::client {

class EventQueue {
 public:
  explicit EventQueue(std::size_t queued_max = events_queued_max) : queued_max_(queued_max) {}
  void push(Event event);
  std::optional<Event> next();

 private:
  std::size_t queued_max_;
  std::deque<Event> events_;
};

}  // namespace tern::client
