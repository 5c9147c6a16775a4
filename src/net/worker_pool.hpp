// Threads for what takes its time: each task once, in order of arrival, none when too many wait.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "tern/result.hpp"

namespace tern::net {

class WorkerPool {
 public:
  /// `background` threads get what the others leave of the processors.
  enum class Priority { normal, background };
  struct Size {
    std::size_t threads = 1;
    std::size_t waiting_max = 1;
  };

  WorkerPool(Size size, Priority priority) : size_(size), priority_(priority) {}
  ~WorkerPool() { stop(); }

  /// Errors: internal (no thread).
  Result<void> start();
  /// From any thread. `task` throws nothing. False: too many wait, or it has been stopped.
  bool post(std::function<void()> task);
  /// Drops what waits, and waits for what runs.
  void stop();

 private:
  void loop();

  const Size size_;
  const Priority priority_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
};

}  // namespace tern::net
