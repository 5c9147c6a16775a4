#include "load/besieged.hpp"

#include "crypto/log_id.hpp"

namespace tern::load {
namespace {

/// The defaults, but that everybody here has one address, and that nobody need wait for a minute
/// until a limit shows.
RelayLimits limits_on_loopback() {
  auto out = bench::generous_limits();
  const RelayLimits usual;
  out.append_per_second = 10 * usual.append_per_second;
  out.append_burst = 10 * usual.append_burst;
  out.inbox_welcomes_max = usual.inbox_welcomes_max / 5;
  return out;
}

}  // namespace

Besieged::Besieged(const std::filesystem::path& folder, std::optional<int> core, std::size_t idle)
    : relay_(folder, "127.0.0.1:0", core, limits_on_loopback()),
      idle_(idle),
      talk_(relay_.address(), active_pairs, 1) {
  std::vector<bench::RawDevice*> devices{&victim_, &friend_};
  for (auto& device : idle_) devices.push_back(&device);
  bench::connect_all(relay_.address(), devices);
  victim_.disconnect();
  talk_.deliver(1);
  memory_bytes_ = relay_.anonymous_bytes();
}

std::size_t Besieged::idle_answered() {
  std::size_t out = 0;
  for (auto& device : idle_) out += std::holds_alternative<wire::Done>(device.ask(wire::Ping{}));
  return out;
}

bool Besieged::victim_can_be_welcomed() {
  crypto::SystemEntropy entropy;
  const auto answer = bench::create_log(friend_, crypto::group_log_id(entropy), {victim_.id()},
                                        as_bytes("a GroupInfo"));
  const auto* const appended = std::get_if<wire::Appended>(&answer);
  return appended && appended->inbox_full.empty();
}

}  // namespace tern::load
