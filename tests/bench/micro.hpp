// Google Benchmark, for calls of microseconds that are compared with one another.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tern::bench {

/// Runs every added call in repetitions taken in random turns, so that a busy moment of the machine
/// hits all alike, and keeps the least: what the code costs when nothing disturbs it.
class Micro {
 public:
  /// `call` is timed; `prepare`, when there is one, runs before every `batch` calls, untimed.
  void add(std::string name, std::function<void()> call);
  void add(std::string name, std::size_t batch, std::function<void()> prepare,
           std::function<void()> call);
  /// Nanoseconds of processor time for one call, by name.
  std::map<std::string, double> run();

 private:
  struct Case {
    std::string name;
    std::size_t batch;
    std::function<void()> prepare;
    std::function<void()> call;
  };
  std::vector<Case> cases_;
};

}  // namespace tern::bench
