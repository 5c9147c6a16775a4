// What is done to a process of the crash lab, and when: at the n-th of its storage calls.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "crash/fault_plan.hpp"

namespace tern::crash {

struct Fault {
  /// A word of interposed_calls.cpp: kill-before, kill-after, kill-halfway (through a write), stop
  /// (for a minute of the lab's clock), full (no room for the calls that need some), io-error;
  /// or count: nothing happens.
  std::string how = "count";
  std::uint64_t at = 0;     ///< the call, from 1, among those that it can happen to
  std::uint64_t times = 1;  ///< and how many in a row

  bool kills() const { return how.starts_with("kill"); }
};

/// Every word, and what the disk does: how the full lab runs.
inline const std::vector<std::string> ways = {"kill-before", "kill-after", "kill-halfway",
                                              "stop",        "full",       "io-error"};

/// The file in which a process counts, seen from outside.
class CounterFile {
 public:
  explicit CounterFile(const std::filesystem::path& path);
  ~CounterFile();
  CounterFile(const CounterFile&) = delete;
  CounterFile& operator=(const CounterFile&) = delete;

  /// Of those that `how` can happen to.
  std::uint64_t calls(const std::string& how) const;
  bool has_happened() const { return shared_->faults > 0; }
  /// For the process that counts and has the fault.
  std::map<std::string, std::string> environment(const Fault& fault,
                                                 const std::filesystem::path& folder) const;

 private:
  std::filesystem::path path_;
  plan::CallCounter* shared_;
};

/// For every process of a run: the lab's clock.
inline constexpr int clock_speed = 20;
std::map<std::string, std::string> clock_environment();

}  // namespace tern::crash
