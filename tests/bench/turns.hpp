// For calls of a millisecond and more that are compared with one another.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tern::bench {

/// Calls everything that was added once, and again, in turns: the machine's speed changes from one
/// second to the next, and what is compared must have met the same.
class Turns {
 public:
  /// `prepare`, when there is one, runs before each call, untimed.
  void add(std::string name, std::function<void()> call, std::function<void()> prepare = {});
  /// Milliseconds, one a round, by name.
  using Rounds = std::map<std::string, std::vector<double>>;
  struct Times {
    Rounds processor;  ///< of this thread: what others do is not in it
    Rounds wall;
  };
  Times run() const;

  static double least(const Rounds& rounds, const std::string& name);
  /// Of the round whose quotient is the median: the least of each may be of two different speeds.
  struct Pair {
    double value = 0, floor = 0;
  };
  static Pair typical(const Rounds& rounds, const std::string& value, const std::string& floor);

 private:
  struct Case {
    std::string name;
    std::function<void()> call, prepare;
  };
  std::vector<Case> cases_;
};

}  // namespace tern::bench
