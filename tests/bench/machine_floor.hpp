// What the machine itself takes for the parts of a relay's work.
#pragma once

#include <cstddef>
#include <filesystem>

namespace tern::bench {

/// Microseconds of one turn between two processes on a core each, `bytes` each way over loopback
/// TCP: the median.
double tcp_turn_us(std::size_t bytes, std::size_t turns);

/// Rows that LMDB takes a second when `rows_a_sync` of `bytes` go into each synced transaction, in
/// the order of their keys.
double lmdb_puts_per_s(const std::filesystem::path& folder, std::size_t bytes,
                       std::size_t rows_a_sync, std::size_t syncs);

}  // namespace tern::bench
