#include "net/loop_thread.hpp"

#include <asio/post.hpp>
#include <condition_variable>

namespace tern::net {
namespace {

thread_local const LoopThread* current = nullptr;

// What a caller waits for. Shared: the thread still signals when the caller has seen the result.
struct Running {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  Result<void> result;

  void finish(Result<void> with) {
    std::lock_guard lock(mutex);
    result = std::move(with);
    done = true;
    changed.notify_all();
  }
  Result<void> wait() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return done; });
    return result;
  }
};

Result<void> run_caught(const std::function<void()>& work) {
  try {
    work();
    return {};
  } catch (const std::exception& error) {
    return Error(Errc::internal, std::string("internal: ") + error.what());
  } catch (...) {
    return Errc::internal;
  }
}

}  // namespace

Result<std::shared_ptr<LoopThread>> LoopThread::start(std::function<void()> on_exception) {
  std::shared_ptr<LoopThread> out(new LoopThread);
  out->guard_.emplace(out->io_.get_executor());
  try {
    out->thread_ =
        std::thread([out, on_exception = std::move(on_exception)] { out->loop(on_exception); });
  } catch (const std::system_error& error) {
    return Error(Errc::internal, std::string("no thread can be started: ") + error.what());
  }
  return out;
}

void LoopThread::loop(const std::function<void()>& on_exception) {
  current = this;
  for (;;) {
    try {
      io_.run();
      return;
    } catch (...) {
      (void)run_caught(on_exception);
    }
  }
}

bool LoopThread::is_current() const { return current == this; }

bool LoopThread::hand_over(std::function<void()> work) {
  std::lock_guard lock(mutex_);
  if (!guard_) return false;
  asio::post(io_, std::move(work));
  return true;
}

Result<void> LoopThread::run(const std::function<void()>& work) {
  if (is_current()) return run_caught(work);
  const auto running = std::make_shared<Running>();
  if (!hand_over([running, &work] { running->finish(run_caught(work)); })) return Errc::closed;
  return running->wait();
}

void LoopThread::post(std::function<void()> work) { hand_over(std::move(work)); }

void LoopThread::stop() {
  std::unique_lock lock(mutex_);
  guard_.reset();
  if (!thread_.joinable()) return;
  auto thread = std::move(thread_);
  lock.unlock();
  if (is_current())
    thread.detach();
  else
    thread.join();
}

}  // namespace tern::net
