#include "client/event_queue.hpp"

#include <utility>

namespace tern::client {

void EventQueue::push(Event event) {
  if (events_.size() >= queued_max_) {
    events_.clear();
    events_.push_back(Reset{});
  }
  events_.push_back(std::move(event));
}

std::optional<Event> EventQueue::next() {
  if (events_.empty()) return std::nullopt;
  auto event = std::move(events_.front());
  events_.pop_front();
  return event;
}

}  // namespace tern::client
