#include "net/log_limiter.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace tern::net {
namespace {

constexpr std::int64_t line_ms = 1000 / LogLimiter::per_second;

// How lines begin that tell of the relay's own machine; every other line is some peer's doing.
constexpr std::array<std::string_view, 3> operators_lines{"batch ", "accept failed", "internal"};

bool is_operators(std::string_view text) {
  return std::any_of(operators_lines.begin(), operators_lines.end(),
                     [&](const auto begin) { return text.starts_with(begin); });
}

}  // namespace

void LogLimiter::line(std::int64_t now_ms, std::string_view text) {
  std::lock_guard lock(mutex_);
  auto& budget = is_operators(text) ? operators_ : strangers_;
  // Two threads read the clock before they come here: the later may bring the earlier time.
  const auto passed_ms = std::max<std::int64_t>(0, now_ms - budget.last_ms);
  budget.last_ms += passed_ms;
  budget.credit_ms = std::min(burst * line_ms, budget.credit_ms + passed_ms);
  if (budget.credit_ms < line_ms) {
    ++budget.left_out;
    return;
  }
  budget.credit_ms -= line_ms;
  if (const auto left_out = std::exchange(budget.left_out, 0); left_out > 0)
    write_(std::to_string(left_out) + " lines left out");
  write_(text);
}

}  // namespace tern::net
