// Pending<T>: the answer to something that needs the relay.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "tern/result.hpp"

namespace tern {

/// Wait for it, poll it, or give it a callback; dropping it does not stop the work. Copies share
/// one answer. Thread-safe.
template <class T>
class Pending {
 public:
  struct Shared {
    std::mutex mutex;
    std::condition_variable ready;
    std::optional<Result<T>> result;
    std::function<void(const Result<T>&)> callback;
  };
  Pending() : shared_(std::make_shared<Shared>()) {}

  /// The answer if it is there.
  std::optional<Result<T>> poll() const {
    std::lock_guard lock(shared_->mutex);
    return shared_->result;
  }
  /// The answer, or timed_out after `wait`; the work goes on all the same.
  Result<T> wait(std::chrono::milliseconds wait) const {
    std::unique_lock lock(shared_->mutex);
    if (!shared_->ready.wait_for(lock, wait, [&] { return shared_->result.has_value(); }))
      return Errc::timed_out;
    return *shared_->result;
  }
  /// Called once: at once when the answer is there, else on the library's thread.
  void then(std::function<void(const Result<T>&)> callback) const {
    std::unique_lock lock(shared_->mutex);
    if (!shared_->result) {
      shared_->callback = std::move(callback);
      return;
    }
    lock.unlock();
    callback(*shared_->result);
  }
  /// For the library: gives the answer. Later calls change nothing.
  void complete(Result<T> result) const {
    std::unique_lock lock(shared_->mutex);
    if (shared_->result) return;
    shared_->result = std::move(result);
    auto callback = std::move(shared_->callback);
    shared_->ready.notify_all();
    lock.unlock();
    if (callback) callback(*shared_->result);
  }

 private:
  std::shared_ptr<Shared> shared_;
};

}  // namespace tern
