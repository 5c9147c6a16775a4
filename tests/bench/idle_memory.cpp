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
  std::vector<RawDevice> idle(first_ones + connections);
  std::vector<RawDevice*> left;
  for (auto& device : idle) left.push_back(&device);
  const auto add = [&](std::size_t count) {
    connect_all(relay.address(), std::span(left).first(count));
    left.erase(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(count));
  };
  add(first_ones);
  const double before = relay.anonymous_bytes();
  add(connections);
  const double each = (relay.anonymous_bytes() - before) / connections;
  report.add({"relay memory a connection, 5,000 idle", each / 1000, "KB", {}, value_at_most(1)});
}

}  // namespace tern::bench
