// A relay on one core and its devices on the other: what it carries, how fast, and at what cost.
#include <cstdio>
#include <memory>
#include <string_view>

#include "bench/absent.hpp"
#include "bench/bare_pairs.hpp"
#include "bench/cores.hpp"
#include "bench/disk_floor.hpp"
#include "bench/idle_memory.hpp"
#include "bench/machine_floor.hpp"
#include "bench/must.hpp"
#include "bench/report.hpp"
#include "bench/talk.hpp"

namespace tern::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t pairs = 64;
constexpr auto talk_time = 3'000ms;
constexpr std::size_t absent_receivers = 100;
constexpr std::size_t stored_each = 1'000;
constexpr std::size_t crowd = 100;
constexpr std::size_t rows_a_sync = 1'000;
constexpr std::size_t kills = 5;

/// What the machine takes for the parts of it.
struct Floors {
  double sync_ms = 0;
  double puts_per_s = 0;
  double turn_us = 0;
};

// Before each part, too: what else runs on the machine comes and goes.
Floors measure_floors(const std::filesystem::path& folder) {
  Floors out;
  auto syncs_ms = fdatasync_ms(folder, 200);
  out.sync_ms = quantile(syncs_ms, 0.5);
  out.puts_per_s = lmdb_puts_per_s(folder, entry_bytes, rows_a_sync, 100);
  out.turn_us = tcp_turn_us(entry_bytes, 5'000);
  return out;
}

void report_floors(const Floors& out, Report& report) {
  report.add({"floor: fdatasync of 4 KiB, median", out.sync_ms * 1e3, "us", {}, {}});
  report.add({"floor: LMDB, 1,000 puts of 256 B a sync", out.puts_per_s, "puts/s", {}, {}});
  report.add({"floor: TCP ping-pong of 256 B", out.turn_us, "us", {}, {}});
}

class Folder {
 public:
  Folder() {
    char pattern[] = "tern-bench-XXXXXX";
    if (!mkdtemp(pattern)) give_up("no folder here");
    path_ = std::filesystem::absolute(pattern);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

void measure_pairs(const RelayProcess& relay, const Floors& floors, Report& report) {
  const auto bare = bare_pairs(pairs, 1'000ms);
  Talk talk(relay.address(), pairs, 1);
  const auto one = talk.run(relay, 1, talk_time);
  report.add({"64 pairs, each waits for its ack: delivered", one.delivered_per_s, "/s",
              bare.delivered_per_s, value_at_least(64'000)});
  report.add({"64 pairs, each waits: sent to delivered, p99", one.delivered_p99_ms, "ms",
              2 * floors.sync_ms, value_at_most(2)});
  report.add({"64 pairs, each waits: sent to acknowledged, p99", one.acked_p99_ms, "ms",
              2 * floors.sync_ms, value_at_most(2)});
  report.add(
      {"64 pairs, each waits: relay's processor a message", one.relay_us, "us", bare.relay_us, {}});
  report.add({"64 pairs, each waits: client's processor a message",
              one.client_us,
              "us",
              floors.turn_us,
              {}});
  const auto many = talk.run(relay, 32, talk_time);
  report.add({"64 pairs, window 32: delivered", many.delivered_per_s, "/s", floors.puts_per_s,
              value_at_least(221'000)});
  report.add({"64 pairs, window 32: relay's processor a message", many.relay_us, "us",
              1e6 / floors.puts_per_s, value_at_most(4)});
  report.add({"64 pairs, window 32: client's processor a message", many.client_us, "us", {}, {}});
  report.add({"64 pairs, window 32: sent to delivered, p99", many.delivered_p99_ms, "ms", {}, {}});
}

void measure_absent(const RelayProcess& relay, const Floors& floors, Report& report) {
  Absent absent(relay.address(), 4, absent_receivers);
  const auto stored = absent.store(relay, stored_each, 250);
  report.add({"100,000 stored for 100 who are absent", stored.per_s, "/s", floors.puts_per_s,
              value_at_least(543'000)});
  report.add({"100,000 stored: relay's processor a message",
              stored.relay_us,
              "us",
              1e6 / floors.puts_per_s,
              {}});
  const auto drained = absent.drain(relay);
  report.add({"100,000 then drained", drained.per_s, "/s", {}, value_at_least(344'000)});
  report.add({"100,000 drained: relay's processor a message", drained.relay_us, "us", {}, {}});
}

void measure_crowd(const RelayProcess& relay, const Floors& floors, Report& report) {
  Talk talk(relay.address(), 1, crowd);
  const auto one = talk.run(relay, 1, talk_time);
  report.add({"one message to 100 receivers, then the next: deliveries",
              one.delivered_per_s,
              "/s",
              {},
              value_at_least(200'000)});
  report.add({"one to 100, one by one: relay's processor a delivery",
              one.relay_us,
              "us",
              floors.turn_us,
              {}});
  const auto many = talk.run(relay, 32, talk_time);
  report.add({"one sender to 100 receivers, window 32: deliveries",
              many.delivered_per_s,
              "/s",
              {},
              value_at_least(200'000)});
  report.add({"one to 100, window 32: relay's processor a delivery", many.relay_us, "us", {}, {}});
}

void measure_kills(const std::filesystem::path& folder, Report& report) {
  std::size_t lost = 0;
  for (std::size_t i = 0; i < kills; ++i) {
    const auto home = folder / ("killed-" + std::to_string(i));
    RelayProcess relay(home, "127.0.0.1:0", relay_core);
    Absent absent(relay.address(), 4, 20);
    absent.store_until_killed(relay, 20'000 + 7'000 * i, 50);
    const RelayProcess again(home, net::format(relay.address().where), relay_core);
    lost += absent.lost(again.address());
  }
  report.add({"5 times killed while storing: acknowledged but lost",
              static_cast<double>(lost),
              "",
              {},
              value_at_most(0)});
}

int run(int argc, char** argv) {
  if (!may_open_files(idle_files)) give_up("needs more open files: raise `ulimit -Hn`");
  must(crypto::initialize());
  std::string_view only;
  for (int i = 1; i + 1 < argc; ++i)
    if (std::string_view(argv[i]) == "--only") only = argv[i + 1];
  const auto wanted = [&](std::string_view part) { return only.empty() || only == part; };
  const Folder folder;
  Report report(argc, argv);
  run_on_core(client_core);
  report_floors(measure_floors(folder.path()), report);
  const auto with_relay = [&](std::string_view part, const auto& measure) {
    if (!wanted(part)) return;
    const auto floors = measure_floors(folder.path());
    const RelayProcess relay(folder.path() / part, "127.0.0.1:0", relay_core);
    measure(relay, floors, report);
  };
  with_relay("pairs", measure_pairs);
  with_relay("absent", measure_absent);
  with_relay("crowd", measure_crowd);
  if (wanted("idle")) measure_idle_memory(folder.path(), report);
  if (wanted("kills")) measure_kills(folder.path(), report);
  return 0;
}

}  // namespace
}  // namespace tern::bench

int main(int argc, char** argv) { return tern::bench::run(argc, argv); }
