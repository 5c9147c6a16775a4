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

}  // namespace

void Turns::add(std::string name, std::function<void()> call, std::function<void()> prepare) {
  cases_.push_back({std::move(name), std::move(call), std::move(prepare)});
}

Turns::Times Turns::run() const {
  Times times;
  const double start = wall_ms();
  for (int round = 0; round < rounds_max; ++round) {
    if (round >= rounds_min && wall_ms() - start > enough_ms) break;
    for (const auto& each : cases_) {
      if (each.prepare) each.prepare();
      const double processor = processor_ms(), wall = wall_ms();
      each.call();
      times.processor[each.name].push_back(processor_ms() - processor);
      times.wall[each.name].push_back(wall_ms() - wall);
    }
  }
  return times;
}

double Turns::least(const Rounds& rounds, const std::string& name) {
  return std::ranges::min(rounds.at(name));
}

Turns::Pair Turns::typical(const Rounds& rounds, const std::string& value,
                           const std::string& floor) {
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < rounds.at(value).size(); ++i)
    pairs.push_back({rounds.at(value)[i], rounds.at(floor)[i]});
  const auto middle = pairs.begin() + static_cast<std::ptrdiff_t>(pairs.size() / 2);
  std::ranges::nth_element(pairs, middle, {},
                           [](const Pair& pair) { return pair.value / pair.floor; });
  return *middle;
}

}  // namespace tern::bench
