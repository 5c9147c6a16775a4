// How much longer others wait while a relay is attacked.
#include "bench/cores.hpp"
#include "bench/must.hpp"
#include "bench/report.hpp"
#include "crypto/sodium_entropy.hpp"
#include "load/besieged.hpp"

namespace tern::bench {
namespace {

using namespace std::chrono_literals;

constexpr auto pace = 200ms;  // of a sender, between two messages
constexpr auto calm_time = 5'000ms;
constexpr auto attacked_time = 8'000ms;

struct NamedAttack {
  const char* name;
  load::Attack attack;
};
constexpr NamedAttack attacks[] = {
    {"a flood from one device", load::flood_from_one_device},
    {"1,000 slow-loris connections", load::slow_loris},
    {"1,000 connects a second", load::connect_and_go},
    {"an inbox flooded with Welcomes", load::flood_inbox},
    {"a 1 MiB frame a byte at a time", load::drip_a_frame},
};

void measure(load::Besieged& besieged, Report& report) {
  auto& relay = besieged.relay();
  for (const auto& [name, attack] : attacks) {
    // Calm before each: the machine has its moods.
    const auto calm = besieged.talk().run_paced(relay, pace, calm_time);
    const load::AttackProcess attacker(attack, besieged.target());
    const auto attacked = besieged.talk().run_paced(relay, pace, attacked_time);
    if (attacker.has_ended()) give_up(std::string(name) + " has ended by itself");
    report.add({std::string("200 pairs, p99 under ") + name, attacked.delivered_p99_ms, "ms",
                calm.delivered_p99_ms, ratio_at_most(3)});
    const auto& tally = attacker.tally();
    std::printf(
        "%s: %llu sent, %llu taken, %llu rate limited, %llu inbox full, %llu refused, "
        "%llu closed\n",
        name, static_cast<unsigned long long>(tally.sent),
        static_cast<unsigned long long>(tally.taken),
        static_cast<unsigned long long>(tally.rate_limited),
        static_cast<unsigned long long>(tally.inbox_full),
        static_cast<unsigned long long>(tally.refused_otherwise),
        static_cast<unsigned long long>(tally.closed));
  }
  report.add({"relay's memory grown under all of them",
              besieged.memory_grown_bytes() / 1e6,
              "MB",
              {},
              value_at_most(64)});
}

int run(int argc, char** argv) {
  if (!may_open_files(load::files_wanted)) give_up("needs more open files: raise `ulimit -Hn`");
  must(crypto::initialize());
  Report report(argc, argv);
  char folder[] = "tern-bench-XXXXXX";
  if (!mkdtemp(folder)) give_up("no folder here");
  run_on_core(client_core);
  {
    load::Besieged besieged(folder, relay_core, load::idle_connections);
    measure(besieged, report);
  }
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace tern::bench

int main(int argc, char** argv) { return tern::bench::run(argc, argv); }
