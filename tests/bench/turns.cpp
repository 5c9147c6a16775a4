#include "bench/turns.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>

namespace tern::bench {
namespace {

constexpr int rounds_min = 7, rounds_max = 400;
constexpr double enough_ms = 2'000;

double processor_ms() {
  std::timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double wall_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(now).count();
}

void keep_least(std::map<std::string, double>& least, const std::string& name, double ms) {
  const auto [at, is_new] = least.try_emplace(name, ms);
  if (!is_new) at->second = std::min(at->second, ms);
}

}  // namespace

void Turns::add(std::string name, std::function<void()> call, std::function<void()> prepare) {
  cases_.push_back({std::move(name), std::move(call), std::move(prepare)});
}

Turns::Times Turns::run() const {
  Times least;
  const double start = wall_ms();
  for (int round = 0; round < rounds_max; ++round) {
    if (round >= rounds_min && wall_ms() - start > enough_ms) break;
    for (const auto& each : cases_) {
      if (each.prepare) each.prepare();
      const double processor = processor_ms(), wall = wall_ms();
      each.call();
      keep_least(least.processor, each.name, processor_ms() - processor);
      keep_least(least.wall, each.name, wall_ms() - wall);
    }
  }
  return least;
}

}  // namespace tern::bench
