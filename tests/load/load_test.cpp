// One relay, ten thousand who keep still, two hundred pairs who talk, and one after the other who
// means it no good. How long anything takes is for `./dev bench load`.
#include <catch2/catch.hpp>

#include "crypto/sodium_entropy.hpp"
#include "load/besieged.hpp"
#include "support/temporary_folder.hpp"

namespace tern::load {
namespace {

constexpr double memory_grown_bytes_max = 64e6;

/// The pairs talk until the attack has got so far.
template <class FarEnough>
void talk_under(Besieged& besieged, Attack attack, FarEnough far_enough) {
  const AttackProcess attacker(attack, besieged.target());
  bool ended = false;
  do {
    besieged.talk().deliver(1);
    ended = attacker.has_ended();
  } while (!ended && !far_enough(attacker.tally()));
  CHECK_FALSE(ended);
  CHECK(besieged.memory_grown_bytes() < memory_grown_bytes_max);
}

TEST_CASE("whoever attacks the relay meets a limit, and everybody else is served") {
  REQUIRE(bench::may_open_files(files_wanted));
  test::TemporaryFolder folder;
  Besieged besieged(folder.path / "relay", std::nullopt, idle_connections);

  // Told so, and each time.
  talk_under(besieged, flood_from_one_device,
             [](const Tally& tally) { return tally.rate_limited >= 500; });
  talk_under(besieged, slow_loris, [](const Tally& tally) { return tally.sent >= 2'000; });
  talk_under(besieged, connect_and_go, [](const Tally& tally) { return tally.taken >= 1'000; });
  // A quarter of the inbox is all that one device may fill.
  talk_under(besieged, flood_inbox, [](const Tally& tally) { return tally.inbox_full >= 3; });
  CHECK(besieged.victim_can_be_welcomed());
  talk_under(besieged, drip_a_frame, [](const Tally& tally) { return tally.sent >= 20'000; });

  CHECK(besieged.idle_answered() == idle_connections);
}

}  // namespace
}  // namespace tern::load
