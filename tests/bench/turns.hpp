// For calls of a millisecond and more that are compared with one another.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tern::bench {

/// Calls everything that was added once, and again, in turns: the machine's speed changes from one
/// second to the next, and what is compared must have met the same. Keeps the least of each.
class Turns {
 public:
  /// `prepare`, when there is one, runs before each call, untimed.
  void add(std::string name, std::function<void()> call, std::function<void()> prepare = {});
  /// Milliseconds by name.
  struct Times {
    std::map<std::string, double> processor;  ///< of this thread: what others do is not in it
    std::map<std::string, double> wall;
  };
  Times run() const;

 private:
  struct Case {
    std::string name;
    std::function<void()> call, prepare;
  };
  std::vector<Case> cases_;
};

}  // namespace tern::bench
