#include "bench/idle_memory.hpp"

#include "bench/raw_device.hpp"
#include "bench/relay_process.hpp"

namespace tern::bench {
namespace {

constexpr std::size_t connections = 5'000;
constexpr std::size_t first_ones = 200;  // pools and tables that the first ones pay for
static_assert(idle_files > connections + first_ones);

}  // namespace

void measure_idle_memory(const std::filesystem::path& folder, Report& report) {
  const RelayProcess relay(folder / "idle", "127.0.0.1:0", std::nullopt);
  std::vector<RawDevice> idle;
  idle.reserve(first_ones + connections);
  const auto add = [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) idle.emplace_back().connect(relay.address());
  };
  add(first_ones);
  const double before = relay.anonymous_bytes();
  add(connections);
  const double each = (relay.anonymous_bytes() - before) / connections;
  report.add({"relay memory a connection, 5,000 idle", each / 1000, "KB", {}, value_at_most(1)});
}

}  // namespace tern::bench
