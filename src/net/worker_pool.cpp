#include "net/worker_pool.hpp"

#include <sched.h>

#include <system_error>

namespace tern::net {
namespace {

// Of the calling thread. Not a niceness: a nice thread keeps the processor for the rest of its
// slice, some milliseconds, when the thread that carries messages wakes; an idle one gives it up at
// once.
void go_to_background() {
  const sched_param none{};
  static_cast<void>(::sched_setscheduler(0, SCHED_IDLE, &none));
}

}  // namespace

Result<void> WorkerPool::start() {
  threads_.reserve(size_.threads);
  try {
    while (threads_.size() < size_.threads) threads_.emplace_back([this] { loop(); });
  } catch (const std::system_error& error) {
    return Error(Errc::internal, std::string("no thread can be started: ") + error.what());
  }
  return {};
}

bool WorkerPool::post(std::function<void()> task) {
  std::lock_guard lock(mutex_);
  if (stopping_ || tasks_.size() >= size_.waiting_max) return false;
  tasks_.push_back(std::move(task));
  changed_.notify_one();
  return true;
}

void WorkerPool::stop() {
  std::deque<std::function<void()>> dropped;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(tasks_);
    changed_.notify_all();
  }
  for (auto& thread : threads_)
    if (thread.joinable()) thread.join();
}

void WorkerPool::loop() {
  if (priority_ == Priority::background) go_to_background();
  for (;;) {
    std::function<void()> task;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
      if (stopping_) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

}  // namespace tern::net
