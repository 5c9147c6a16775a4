// A timer on the monotonic clock that never fires after it was told not to.
#pragma once

#include <asio/io_context.hpp>
#include <functional>
#include <memory>

#include "base/clock.hpp"

namespace tern::net {

/// asio's own may have its handler queued already when it is cancelled. On one strand.
class DeadlineTimer {
 public:
  DeadlineTimer(asio::io_context& io, std::function<void()> on_due);
  ~DeadlineTimer();
  DeadlineTimer(const DeadlineTimer&) = delete;
  DeadlineTimer& operator=(const DeadlineTimer&) = delete;

  /// Fires once when Now::mono_ms is `at_ms` or later, instead of what was set before; never_ms:
  /// not at all.
  void set(std::int64_t at_ms);
  void cancel() { set(never_ms); }

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace tern::net
