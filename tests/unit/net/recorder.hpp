// What happened on other threads, for a test to wait for.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

namespace tern::test {

/// Lines in the order in which they were said. Thread-safe.
class Recorder {
 public:
  void say(std::string line) {
    std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
    changed_.notify_all();
  }
  /// Whether `line` was said `times`, at the latest within half a minute: a test that waits for
  /// nothing fails, and one that waits for something goes on at once.
  bool heard(const std::string& line, std::size_t times = 1) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), [&] { return count(line) >= times; });
  }
  std::vector<std::string> lines() const {
    std::lock_guard lock(mutex_);
    return lines_;
  }
  std::size_t said(const std::string& line) const {
    std::lock_guard lock(mutex_);
    return count(line);
  }

 private:
  std::size_t count(const std::string& line) const {
    std::size_t out = 0;
    for (const auto& each : lines_) out += each == line;
    return out;
  }
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

}  // namespace tern::test
