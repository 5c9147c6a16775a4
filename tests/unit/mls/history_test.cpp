#include "history.hpp"

using namespace tern;
using namespace tern::test;

namespace {

History::Happened run_histories(std::uint64_t first_seed, std::uint64_t last_seed,
                                std::size_t epochs) {
  History::Happened all;
  for (auto seed = first_seed; seed <= last_seed; ++seed) {
    INFO("seed " << seed);
    History history(seed);
    history.run(epochs);
    for (const auto& [what, count] : history.happened()) all[what] += count;
  }
  return all;
}

}  // namespace

TEST_CASE("after any history all members agree, and nobody else can follow") {
  const auto happened = run_histories(1, 100, 8);
  for (const auto* what :
       {"a PublicMessage", "a join by Welcome", "a removal", "a resumption PSK", "an external PSK",
        "a proposal of an external sender", "a proposal of somebody new",
        "a proposal of extensions", "a commit of extensions", "a commit without a path",
        "an external join", "a resync", "a branch", "a ReInit"}) {
    INFO(what);
    CHECK(happened.contains(what));
  }
}

// Not part of a run unless asked for: mls_history_test "[long]".
TEST_CASE("after any of many histories the same holds", "[.long]") {
  for (const auto& [what, count] : run_histories(101, 5000, 8)) WARN(count << " × " << what);
}
TEST_CASE("after any of some longer histories the same holds", "[.long]") {
  run_histories(5001, 5200, 60);
}
