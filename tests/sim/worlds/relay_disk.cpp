#include "sim/worlds/relay_disk.hpp"

#include "relay/kv_log_store.hpp"
#include "sim/relay_node.hpp"

namespace tern::sim {

std::map<LogId, LogOnDisk> logs_on(store::MemoryDisk& disk, const std::vector<LogId>& logs) {
  std::map<LogId, LogOnDisk> out;
  const auto environment = open_relay_tables(disk);
  relay::KvLogStore store(*environment);
  const auto look = [&](relay::LogTransaction& transaction) -> Result<void> {
    for (const auto& log : logs) {
      const auto state = transaction.log(log);
      if (!state || !*state) continue;
      auto& found = out[log];
      found.head = (*state)->head;
      found.handshakes[(*state)->base] = (*state)->base_hash;
      const auto note = [&found](const relay::EntryRow& row) {
        if (wire::is_handshake(row.kind)) found.handshakes[row.seq] = row.hash;
        return relay::Scan::next;
      };
      const auto read = transaction.read(log, 1, found.head, note);
      if (!read) return read.error();
    }
    return {};
  };
  store.transact(look).value();
  return out;
}

}  // namespace tern::sim
