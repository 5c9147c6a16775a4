// How far logs stand on a relay's disk.
#pragma once

#include <map>
#include <vector>

#include "store/memory.hpp"
#include "tern/bytes.hpp"
#include "wire/entry.hpp"

namespace tern::sim {

struct LogOnDisk {
  std::uint64_t head = 0;
  /// Running hash at the newest handshake entry and at those that are kept, by seq.
  std::map<std::uint64_t, wire::LogHash> handshakes;
};

/// Of a disk that no relay runs on. A log that is not there is not in the answer.
std::map<LogId, LogOnDisk> logs_on(store::MemoryDisk& disk, const std::vector<LogId>& logs);

}  // namespace tern::sim
