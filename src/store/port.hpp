// The storage port: ordered tables of bytes under transactions. LMDB stands behind it in
// production, memory (with the same semantics, and power cuts) in the simulator.
#pragma once

#include <functional>
#include <memory>

#include "tern/bytes.hpp"
#include "tern/result.hpp"

namespace tern::store {

/// A table's number within its environment; each user (client, relay) names its own.
struct Table {
  std::uint8_t id = 0;
  friend bool operator==(Table, Table) = default;
};

/// How sure a commit is. `synced` has reached the disk when commit() returns; `lazy` is atomic and
/// ordered, and on the disk with the next synced commit (a power cut may undo it; kill -9 not).
enum class Durability { synced, lazy };

/// Whether a scan goes on.
enum class Scan { next, stop };

/// A snapshot. Spans that it hands out live until the next call on the same transaction.
class ReadTransaction {
 public:
  virtual ~ReadTransaction() = default;
  /// nullopt when there is no such row.
  virtual Result<std::optional<ByteSpan>> get(Table table, ByteSpan key) = 0;
  using Visit = std::function<Scan(ByteSpan key, ByteSpan value)>;
  /// Rows with `first` <= key, in the order of their keys' bytes, while key starts with `prefix`.
  /// `visit` must not write to the same table.
  virtual Result<void> scan(Table table, ByteSpan prefix, ByteSpan first, const Visit& visit) = 0;
  /// The same downwards from the last key that starts with `prefix` and is <= `last`.
  virtual Result<void> scan_back(Table table, ByteSpan prefix, ByteSpan last,
                                 const Visit& visit) = 0;
};

/// The only writer while it lives. Dropped without commit(): nothing happened.
class WriteTransaction : public ReadTransaction {
 public:
  /// Errors: storage_full, storage_io, storage_map_full. After any error only drop it.
  virtual Result<void> put(Table table, ByteSpan key, ByteSpan value) = 0;
  /// Erasing what is not there is fine.
  virtual Result<void> erase(Table table, ByteSpan key) = 0;
  virtual Result<void> commit(Durability durability) = 0;
};

/// Counted since the environment was opened; for benches and tests.
struct Counters {
  std::uint64_t commits = 0;
  std::uint64_t syncs = 0;  ///< synced commits
  std::uint64_t bytes_put = 0;
};

/// Limits of every backend (LMDB's key limit is 511).
inline constexpr std::size_t key_bytes_max = 480;
inline constexpr std::uint8_t tables_max = 32;

/// One database. One thread writes at a time; readers never wait for it.
class Environment {
 public:
  virtual ~Environment() = default;
  virtual Result<std::unique_ptr<ReadTransaction>> read() = 0;
  virtual Result<std::unique_ptr<WriteTransaction>> write() = 0;
  virtual Counters counters() const = 0;
  /// Makes room after storage_map_full; no transaction may be open.
  virtual Result<void> grow() = 0;
};

/// Runs `work` in a write transaction and commits; on storage_map_full grows and runs it again, so
/// `work` must have no effect outside the transaction before it returns success. Any other error
/// leaves the database as it was.
Result<void> transact(Environment& environment, Durability durability,
                      const std::function<Result<void>(WriteTransaction&)>& work);

}  // namespace tern::store
