#include <catch2/catch.hpp>

#include "sim/ledger.hpp"
#include "sim/world.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

/// The process dies at one of its next storage operations and comes back a while later.
template <class Node>
void kill_soon(World& world, Node& node) {
  const auto outcome =
      world.entropy().below(2) == 0 ? store::CommitOutcome::lost : store::CommitOutcome::kept;
  node.disk().fail_at(node.disk().operations() + 1 + world.entropy().below(40), Errc::storage_io,
                      outcome);
  const auto back_ms = static_cast<std::int64_t>(500 + world.entropy().below(4'000));
  const bool power_cut = world.entropy().below(2) == 0;
  world.scheduler().after(back_ms, [&node, power_cut] {
    node.disk().fail_at(std::nullopt);
    node.kill(power_cut);
    node.start();
  });
}

}  // namespace

TEST_CASE("client or relay killed at any write while messages flow both ways lose nothing") {
  for (std::uint64_t seed = 100; seed < 120; ++seed) {
    World world(seed);
    auto& anna = world.add_device("anna");
    auto& bo = world.add_device("bo");
    REQUIRE(world.settle());
    const auto chat = anna.with(
        [&](auto& engine) { return engine.chat_with(world.now(), bo.account()).value(); });
    bo.with([&](auto& engine) { return engine.chat_with(world.now(), anna.account()).value(); });
    Ledger ledger(chat);
    for (int i = 0; i < 500; ++i) {
      if (anna.running()) ledger.send(anna, "anna " + std::to_string(i));
      if (bo.running()) ledger.send(bo, "bo " + std::to_string(i));
      if (i % 25 == 24) {
        const auto victim = world.entropy().below(3);
        if (victim == 0) kill_soon(world, anna);
        if (victim == 1) kill_soon(world, bo);
        if (victim == 2) kill_soon(world, world.relay());
      }
      world.run_for(static_cast<std::int64_t>(world.entropy().below(200)));
    }
    world.run_for(10'000);
    REQUIRE(world.settle());
    world.run_for(10'000);
    INFO("seed " << seed);
    CHECK(ledger.verdict(world) == "");
    CHECK(ledger.promised() > 600);
  }
}
