// Log lines that strangers can cause must not fill a disk.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace tern::net {

/// Lets a burst of lines through, then so many a second, and says how many it left out.
class LogLimiter {
 public:
  static constexpr std::int64_t burst = 50;
  static constexpr std::int64_t per_second = 5;

  explicit LogLimiter(std::function<void(std::string_view)> write) : write_(std::move(write)) {}
  void line(std::int64_t now_ms, const std::string& text);

 private:
  std::function<void(std::string_view)> write_;
  std::int64_t credit_ms_ = burst * 1000 / per_second;  // a line costs 1000 / per_second
  std::int64_t last_ms_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace tern::net
