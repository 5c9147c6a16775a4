// Runs of the crash lab side by side, and how many points there are.
#pragma once

#include <functional>

#include "crash/conversation.hpp"

namespace tern::crash {

struct Outcome {
  Point point;
  bool happened = false;  ///< the party made so many calls
  std::string wrong;      ///< empty: all is well
};

class Lab {
 public:
  /// `jobs` runs at once: most of a run is waiting.
  explicit Lab(std::size_t jobs);
  ~Lab();
  Lab(const Lab&) = delete;
  Lab& operator=(const Lab&) = delete;

  /// How many storage calls the party makes, of those that `how` can happen to, in a run in which
  /// nothing happens (which is the first that is asked for), or but the end of its first life after
  /// so many. Threads race, so that the next run may have a few more or less.
  std::uint64_t calls_of(const std::string& party, const std::string& how, std::uint64_t after = 0);
  /// The folders of those that go wrong stay. `after_each` is called as they end, one at a time.
  std::vector<Outcome> run(const std::vector<Point>& points,
                           const std::function<void(const Outcome&)>& after_each = {});

 private:
  Outcome run_one(const Point& point, std::size_t job) const;

  const std::size_t jobs_;
  const std::filesystem::path folder_;
  std::map<std::pair<std::string, std::uint64_t>, std::unique_ptr<Conversation>> calm_;
};

/// `count` of the points from the first to the `calls`-th, spread over all of them, another choice
/// for each `seed`.
std::vector<Point> points_among(const std::string& party, const std::string& how,
                                std::uint64_t calls, std::size_t count, std::uint64_t seed);
/// As often as disks fill up: for a dozen calls in a row.
Fault fault_at(const std::string& how, std::uint64_t at);

}  // namespace tern::crash
