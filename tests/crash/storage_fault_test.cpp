// A sample of the crash lab's points, always the same; `./dev crash` runs all of them.
#include <catch2/catch.hpp>

#include "crash/lab.hpp"

using namespace tern::crash;

namespace {

#ifdef TERN_IS_SANITIZED
constexpr std::size_t points_each = 1;  // a run takes several times as long
#else
constexpr std::size_t points_each = 2;
#endif

void run_sample(const std::vector<std::string>& hows, std::size_t for_each) {
  Lab lab(4);
  constexpr std::uint32_t seed = 1;
  std::vector<Point> points;
  for (const std::string party : {"relay", "anna", "bo"}) {
    for (const auto& how : hows) {
      const auto calls = lab.calls_of(party, how);
      CHECK(calls > 20);
      const auto some = points_among(party, how, calls, for_each, seed);
      points.insert(points.end(), some.begin(), some.end());
    }
  }
  std::size_t happened = 0;
  for (const auto& outcome : lab.run(points)) {
    CAPTURE(describe(outcome.point));
    CHECK(outcome.wrong == "");
    happened += outcome.happened ? 1 : 0;
  }
  // The last call of one run may be none of the next.
  CHECK(happened + 3 * hows.size() >= points.size());
}

}  // namespace

TEST_CASE("killed at any storage call, relay and people go on with all that they had promised") {
  run_sample({"kill-before", "kill-after", "kill-halfway"}, points_each);
}

TEST_CASE("killed while it opens what a kill has left, it has everything the next time") {
  Lab lab(4);
  std::vector<Point> points;
  for (const std::string party : {"relay", "anna", "bo"}) {
    const auto half = lab.calls_of(party, "count") / 2;
    for (std::uint64_t at = 1; at <= 4 * points_each; at += 2)
      points.push_back({party, fault_at(at % 4 == 1 ? "kill-after" : "kill-before", at), half});
  }
  for (const auto& outcome : lab.run(points)) {
    CAPTURE(describe(outcome.point));
    CHECK(outcome.wrong == "");
    CHECK(outcome.happened);
  }
}

TEST_CASE("a disk that is full for a while, or fails, costs nothing that was promised") {
  run_sample({"full", "io-error"}, points_each);
}

TEST_CASE("whoever stands still for a minute in the middle of a storage call catches up") {
  run_sample({"stop"}, 1);
}
