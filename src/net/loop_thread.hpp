// One thread with an io_context: a strand that other threads hand work to.
#pragma once

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "tern/result.hpp"

namespace tern::net {

/// Keeps itself alive until its thread ends, so that work on the thread may drop everything else.
class LoopThread : public std::enable_shared_from_this<LoopThread> {
 public:
  /// `on_exception`: an exception came out of a handler (bad_alloc, say); the loop goes on.
  /// Errors: internal (the system gives no thread).
  static Result<std::shared_ptr<LoopThread>> start(std::function<void()> on_exception);

  asio::io_context& io() { return io_; }
  bool is_current() const;
  /// Runs `work` on the thread and waits; at once when called on it.
  /// Errors: closed (stopped, nothing ran), internal (`work` threw).
  Result<void> run(const std::function<void()>& work);
  /// Runs `work` on the thread, later. Nothing after stop().
  void post(std::function<void()> work);
  /// Whatever was handed over before still runs; then, once nothing is pending on io(), the thread
  /// ends. Waits for that, unless called on the thread itself.
  void stop();

 private:
  LoopThread() = default;
  void loop(const std::function<void()>& on_exception);
  bool hand_over(std::function<void()> work);

  asio::io_context io_{1};
  std::mutex mutex_;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> guard_;
  std::thread thread_;
};

}  // namespace tern::net
