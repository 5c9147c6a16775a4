#include "net/deadline_timer.hpp"

#include <asio/steady_timer.hpp>

namespace tern::net {

struct DeadlineTimer::State {
  asio::steady_timer timer;
  std::function<void()> on_due;
  std::int64_t at_ms = never_ms;
  std::uint64_t setting = 0;  // which set() a queued handler belongs to
};

DeadlineTimer::DeadlineTimer(asio::io_context& io, std::function<void()> on_due)
    : state_(std::make_shared<State>(State{asio::steady_timer(io), std::move(on_due)})) {}

DeadlineTimer::~DeadlineTimer() { cancel(); }

void DeadlineTimer::set(std::int64_t at_ms) {
  if (at_ms == state_->at_ms) return;
  state_->at_ms = at_ms;
  const auto setting = ++state_->setting;
  if (at_ms == never_ms) {
    state_->timer.cancel();
    return;
  }
  state_->timer.expires_at(std::chrono::steady_clock::time_point(std::chrono::milliseconds(at_ms)));
  state_->timer.async_wait([state = state_, setting](const asio::error_code& error) {
    if (error || setting != state->setting) return;
    state->at_ms = never_ms;
    const auto on_due = state->on_due;  // it may set the timer again, or end its owner
    on_due();
  });
}

}  // namespace tern::net
