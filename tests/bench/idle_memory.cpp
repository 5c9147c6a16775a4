#include "bench/idle_memory.hpp"

#include "bench/raw_device.hpp"
#include "bench/relay_process.hpp"

namespace tern::bench {
namespace {

constexpr std::size_t connections = 5'000;
constexpr std::size_t first_ones = 200;  // pools and tables that the first ones pay for
static_assert(idle_files > connections + first_ones);

/// A connection's part of what the relay's memory grows by while they connect.
double kilobytes_each(const RelayProcess& relay, std::span<RawDevice* const> devices) {
  connect_all(relay.address(), devices.first(first_ones));
  const double before = relay.anonymous_bytes();
  connect_all(relay.address(), devices.subspan(first_ones));
  return (relay.anonymous_bytes() - before) / connections / 1000;
}

}  // namespace

void measure_idle_memory(const std::filesystem::path& folder, Report& report) {
  std::vector<RawDevice> idle(first_ones + connections);
  std::vector<RawDevice*> devices;
  for (auto& device : idle) devices.push_back(&device);
  const auto home = folder / "idle";
  {
    const RelayProcess relay(home, "127.0.0.1:0", std::nullopt);
    report.add({"relay memory a connection, 5,000 that register",
                kilobytes_each(relay, devices),
                "KB",
                {},
                {}});
  }
  // What a registration has left in pools is not a connection's.
  const RelayProcess again(home, "127.0.0.1:0", std::nullopt);
  report.add({"relay memory a connection, 5,000 idle",
              kilobytes_each(again, devices),
              "KB",
              {},
              value_at_most(1)});
}

}  // namespace tern::bench
