#include "bench/micro.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>

namespace tern::bench {
namespace {

constexpr int repetitions = 15;
constexpr double repetition_s = 0.05;

/// Keeps the least time of each benchmark instead of printing.
class Least : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const auto& run : runs) {
      if (run.run_type != Run::RT_Iteration) continue;
      const double ns = run.cpu_accumulated_time * 1e9 / static_cast<double>(run.iterations);
      const auto [at, is_new] = least.try_emplace(run.run_name.function_name, ns);
      if (!is_new) at->second = std::min(at->second, ns);
    }
  }
  std::map<std::string, double> least;
};

}  // namespace

void Micro::add(std::string name, std::function<void()> call) {
  cases_.push_back({std::move(name), 1, nullptr, std::move(call)});
}

void Micro::add(std::string name, std::size_t batch, std::function<void()> prepare,
                std::function<void()> call) {
  cases_.push_back({std::move(name), batch, std::move(prepare), std::move(call)});
}

std::map<std::string, double> Micro::run() {
  char name[] = "bench", interleave[] = "--benchmark_enable_random_interleaving=true";
  char* argv[] = {name, interleave, nullptr};
  int argc = 2;
  benchmark::Initialize(&argc, argv);
  for (auto& each : cases_)
    benchmark::RegisterBenchmark(each.name.c_str(),
                                 [&each](benchmark::State& state) {
                                   for (auto _ : state) {
                                     if (each.prepare) {
                                       state.PauseTiming();
                                       each.prepare();
                                       state.ResumeTiming();
                                     }
                                     for (std::size_t i = 0; i < each.batch; ++i) each.call();
                                   }
                                 })
        ->Repetitions(repetitions)
        ->MinTime(repetition_s);
  Least least;
  benchmark::RunSpecifiedBenchmarks(&least);
  for (const auto& each : cases_) least.least[each.name] /= static_cast<double>(each.batch);
  return least.least;
}

}  // namespace tern::bench
