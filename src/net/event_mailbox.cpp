#include "net/event_mailbox.hpp"

#include <algorithm>

namespace tern::net {

void EventMailbox::push(Event event) {
  std::unique_lock lock(mutex_);
  if (closed_) return;
  const bool was_empty = events_.empty();
  if (events_.size() >= events_max_) {
    events_.clear();
    events_.push_back(Reset{});
  } else {
    events_.push_back(std::move(event));
  }
  changed_.notify_one();
  const auto wake_up = was_empty ? wake_up_ : nullptr;
  lock.unlock();
  if (wake_up) wake_up();
}

std::optional<Event> EventMailbox::take() {
  if (closed_ || events_.empty()) return std::nullopt;
  auto out = std::move(events_.front());
  events_.pop_front();
  return out;
}

std::optional<Event> EventMailbox::poll() {
  std::lock_guard lock(mutex_);
  return take();
}

std::optional<Event> EventMailbox::wait(std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::min<std::chrono::milliseconds>(wait, std::chrono::hours(24 * 365)),
                    [&] { return closed_ || !events_.empty(); });
  return take();
}

bool EventMailbox::set_wake_up(std::function<void()> wake_up) {
  std::lock_guard lock(mutex_);
  wake_up_ = std::move(wake_up);
  return !events_.empty();
}

void EventMailbox::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  events_.clear();
  wake_up_ = nullptr;
  changed_.notify_all();
}

}  // namespace tern::net
