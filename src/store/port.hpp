// The storage port: ordered tables of bytes under transactions. LMDB stands behind it in
// production, memory (with the same semantics, and power cuts) in the simulator.
#pragma once

#include <functional>
#include <memory>

#include "tern/bytes.hpp"
#include "tern/result.hpp"

namespace tern::store {

/// Whether this is the disk's failure, not a rule's.
constexpr bool is_storage(Errc code) {
  return code >= Errc::storage_wrong_key && code <= Errc::storage_permission;
}

/// A table's number within its environment; each user (client, relay) names its own, 1 to
/// tables_max. 0 is the environment's (schema.hpp).
struct Table {
  std::uint8_t id = 0;
  friend bool operator==(Table, Table) = default;
};

/// How sure a commit is. `synced` has reached the disk when commit() returns; `lazy` is atomic and
/// ordered, and on the disk with the next synced commit (a power cut may undo it; kill -9 not).
/// Neither can leave a damaged database behind. On LMDB alone a synced commit waits for the disk
/// twice (data, then the page that makes it current), a lazy one once; behind a journal once and
/// not.
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
  /// The rows whose key starts with `prefix` and is >= `first`, in the order of their keys' bytes
  /// (unsigned, a prefix before what it begins). An empty `first` bounds nothing.
  /// `visit` must not write to the same table.
  virtual Result<void> scan(Table table, ByteSpan prefix, ByteSpan first, const Visit& visit) = 0;
  /// The same downwards: the rows whose key starts with `prefix` and is <= `last`, from the last.
  /// An empty `last` bounds nothing.
  virtual Result<void> scan_back(Table table, ByteSpan prefix, ByteSpan last,
                                 const Visit& visit) = 0;
};

/// The only writer while it lives. Dropped without commit(): nothing happened.
class WriteTransaction : public ReadTransaction {
 public:
  /// Errors: storage_full, storage_io, storage_map_full, too_long. After any error only drop it.
  virtual Result<void> put(Table table, ByteSpan key, ByteSpan value) = 0;
  /// Erasing what is not there is fine.
  virtual Result<void> erase(Table table, ByteSpan key) = 0;
  /// Errors: storage_full, storage_map_full (nothing was changed), storage_io (the disk failed
  /// half way: whether it was kept shows when the environment is opened again).
  /// The transaction is over either way.
  virtual Result<void> commit(Durability durability) = 0;
};

/// Counted since the environment was opened; for benches and tests.
struct Counters {
  std::uint64_t commits = 0;
  std::uint64_t syncs = 0;  ///< synced commits that had something to make durable
  std::uint64_t bytes_put = 0;
};

/// Limits of every backend (LMDB's key limit is 511); over them: too_long.
inline constexpr std::size_t key_bytes_max = 480;
inline constexpr std::size_t value_bytes_max = 16u << 20;
inline constexpr std::uint8_t tables_max = 64;

/// One database. One thread writes at a time; readers never wait for it (behind a journal there are
/// none beside it, journaled.hpp).
class Environment {
 public:
  virtual ~Environment() = default;
  virtual Result<std::unique_ptr<ReadTransaction>> read() = 0;
  /// While another write transaction lives: internal, or an assert, for that is a mistake of the
  /// caller's. It does not wait.
  virtual Result<std::unique_ptr<WriteTransaction>> write() = 0;
  virtual Counters counters() const = 0;
  /// Makes room after storage_map_full. Errors: storage_map_full while a transaction is open.
  virtual Result<void> grow() = 0;
};

/// Runs `attempt`, and again after each growth while it ends with storage_map_full: it must have no
/// effect outside the database before it returns success, and no transaction open when it returns.
Result<void> while_growing(Environment& environment, const std::function<Result<void>()>& attempt);

/// Runs `work` in a write transaction and commits; on storage_map_full grows and runs it again, so
/// `work` must have no effect outside the transaction before it returns success. Any other error
/// leaves the database as it was.
Result<void> transact(Environment& environment, Durability durability,
                      const std::function<Result<void>(WriteTransaction&)>& work);

}  // namespace tern::store
