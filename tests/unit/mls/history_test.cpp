#include "history.hpp"

using namespace tern;
using namespace tern::test;

namespace {

void run_histories(std::uint64_t first_seed, std::uint64_t last_seed) {
  for (auto seed = first_seed; seed <= last_seed; ++seed) {
    INFO("seed " << seed);
    History(seed).run(8);
  }
}

}  // namespace

TEST_CASE("after any history all members agree, and nobody else can follow") {
  run_histories(1, 100);
}

// Not part of a run unless asked for: mls_history_test "[long]".
TEST_CASE("after any of many histories the same holds", "[.long]") { run_histories(101, 5000); }
