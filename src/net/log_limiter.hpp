// Log lines that strangers can cause must not fill a disk.
#pragma once

#include <functional>
#include <mutex>
#include <string_view>

namespace tern::net {

/// Lets a burst of lines through, then so many a second, and says how many it left out. What the
/// operator has to know (a disk that fails, no descriptors left) has a budget of its own, which no
/// stranger can use up. Thread-safe; one line at a time is written.
class LogLimiter {
 public:
  static constexpr std::int64_t burst = 50;
  static constexpr std::int64_t per_second = 5;

  explicit LogLimiter(std::function<void(std::string_view)> write) : write_(std::move(write)) {}
  void line(std::int64_t now_ms, std::string_view text);

 private:
  struct Budget {
    std::int64_t credit_ms = burst * 1000 / per_second;  // a line costs 1000 / per_second
    std::int64_t last_ms = 0;
    std::uint64_t left_out = 0;
  };
  std::function<void(std::string_view)> write_;
  std::mutex mutex_;
  Budget strangers_, operators_;
};

}  // namespace tern::net
