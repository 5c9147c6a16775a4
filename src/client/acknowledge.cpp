#include "client/acknowledge.hpp"

namespace tern::client {
namespace {

constexpr std::int64_t interval_ms = 1'000;

}  // namespace

std::int64_t acknowledge_at(const Device& device) {
  if (!device.link.online() || device.acks.durable.empty()) return never_ms;
  return device.acks.due_at;
}

void acknowledge_later(Device& device, Now now) {
  if (device.acks.due_at == never_ms) device.acks.due_at = now.mono_ms + interval_ms;
}

Result<void> acknowledge(Step& step) {
  auto& acks = step.device.acks;
  if (!step.device.link.online() || acks.durable.empty()) return {};
  if (acks.due_at > step.now.mono_ms) return {};
  wire::Ack ack;
  ack.store_counter = step.device.record.store_counter;
  for (const auto& [log, cursor] : acks.durable) {
    if (ack.logs.size() == limits::resume_logs_max) break;
    ack.logs.push_back({log, cursor, {}});
  }
  step.send({Purpose::What::ack, {}}, ack);
  step.then([&device = step.device, now = step.now, told = std::move(ack.logs)] {
    for (const auto& position : told) {
      const auto entry = device.acks.durable.find(position.log);
      if (entry != device.acks.durable.end() && entry->second == position.seq)
        device.acks.durable.erase(entry);
    }
    // What became durable meanwhile waits its turn.
    device.acks.due_at = device.acks.durable.empty() ? never_ms : now.mono_ms + interval_ms;
  });
  return {};
}

}  // namespace tern::client
