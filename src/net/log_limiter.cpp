#include "net/log_limiter.hpp"

#include <algorithm>
#include <utility>

namespace tern::net {
namespace {

constexpr std::int64_t line_ms = 1000 / LogLimiter::per_second;

}  // namespace

void LogLimiter::line(std::int64_t now_ms, const std::string& text) {
  credit_ms_ = std::min(burst * line_ms, credit_ms_ + now_ms - std::exchange(last_ms_, now_ms));
  if (credit_ms_ < line_ms) {
    ++left_out_;
    return;
  }
  credit_ms_ -= line_ms;
  if (const auto left_out = std::exchange(left_out_, 0); left_out > 0)
    write_(std::to_string(left_out) + " lines left out");
  write_(text);
}

}  // namespace tern::net
