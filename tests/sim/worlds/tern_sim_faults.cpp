// tern-sim-faults: shows that random worlds find each of the mistakes that this build can make on
// purpose, and nothing when none is made.
#include <cstdio>

#include "base/deliberate_fault.hpp"
#include "crypto/sodium_entropy.hpp"
#include "sim/worlds/random_world.hpp"

namespace {

using tern::DeliberateFault;

struct Mistake {
  DeliberateFault fault;
  const char* what;
};

constexpr std::uint64_t seeds_max = 1000;  ///< for each of them
constexpr std::uint64_t seeds_clean = 100;

constexpr Mistake mistakes[] = {
    {DeliberateFault::message_outside_transaction, "a message outside its cursor's transaction"},
    {DeliberateFault::ratchet_after_sending, "a ratchet kept after its message is out"},
    {DeliberateFault::promise_before_sync, "a send that returns before the disk has it"},
    {DeliberateFault::retry_under_new_id, "a retry under a new id"},
    {DeliberateFault::stale_not_encrypted_again, "the same bytes after Stale"},
    {DeliberateFault::no_deduplication, "what is said again is kept again"},
    {DeliberateFault::cancel_when_sent, "a message taken back that is out"},
    {DeliberateFault::base_not_checked, "a relay that does not look at the base"},
    {DeliberateFault::acknowledged_before_sync, "a relay that answers before its disk has it"},
    {DeliberateFault::welcome_in_second_transaction, "a Welcome in a transaction of its own"},
};

bool is_found(const Mistake& mistake) {
  tern::deliberate_fault = mistake.fault;
  for (std::uint64_t seed = 1; seed <= seeds_max; ++seed) {
    const auto result = tern::sim::run_seed(seed);
    if (result.wrong.empty()) continue;
    std::printf("%-52s seed %3llu: %s\n", mistake.what, static_cast<unsigned long long>(seed),
                result.wrong.c_str());
    return true;
  }
  std::printf("%-52s NOT FOUND in %llu seeds\n", mistake.what,
              static_cast<unsigned long long>(seeds_max));
  return false;
}

bool is_clean() {
  tern::deliberate_fault = DeliberateFault::none;
  for (std::uint64_t seed = 1; seed <= seeds_clean; ++seed) {
    const auto result = tern::sim::run_seed(seed);
    if (result.wrong.empty()) continue;
    std::printf("without any of them, seed %llu: %s\n", static_cast<unsigned long long>(seed),
                result.wrong.c_str());
    return false;
  }
  std::printf("%-52s nothing in %llu seeds\n", "none of them",
              static_cast<unsigned long long>(seeds_clean));
  return true;
}

}  // namespace

int main() {
  if (!tern::crypto::initialize()) return 1;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  bool well = is_clean();
  for (const auto& mistake : mistakes) well = is_found(mistake) && well;
  return well ? 0 : 1;
}
