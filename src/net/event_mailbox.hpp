// Events on their way from the library's thread to the app's.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

#include "tern/event.hpp"

namespace tern::net {

/// Thread-safe. Over its bound everything in it becomes one Reset.
class EventMailbox {
 public:
  explicit EventMailbox(std::size_t events_max = events_queued_max) : events_max_(events_max) {}

  /// Calls the wake-up hook when nothing was there before.
  void push(Event event);
  std::optional<Event> poll();
  /// nullopt when `wait` passes or close() is called.
  std::optional<Event> wait(std::chrono::milliseconds wait);
  /// Whether events are there already: then the caller wakes itself.
  bool set_wake_up(std::function<void()> wake_up);
  /// Nothing comes out after it.
  void close();

 private:
  std::optional<Event> take();

  std::size_t events_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Event> events_;
  std::function<void()> wake_up_;
  bool closed_ = false;
};

}  // namespace tern::net
