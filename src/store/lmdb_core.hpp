// One open LMDB file: what the environment and the transactions on it share.
//
// All tables live in LMDB's one unnamed tree, the table's number before the key. A tree for each
// table would cost each commit a path of its own for every table that it touches and a page for
// their roots; here the paths share their upper pages. And it needs no handles to open.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>

#include "store/folder.hpp"
#include "store/lmdb_map.hpp"
#include "store/port.hpp"

struct MDB_env;
struct MDB_txn;

namespace tern::store {

class LmdbCore {
 public:
  /// How the file is named and whether LMDB keeps its own table of readers beside it. Without one
  /// the caller has to keep readers and writer apart, and a write transaction may end on another
  /// thread than it began.
  enum class Layout { in_folder, in_folder_of_one, lone_file };

  /// `lock` is held until the core is gone. Errors: as open_lmdb().
  static Result<std::shared_ptr<LmdbCore>> open(const std::filesystem::path& path, Layout layout,
                                                std::size_t map_bytes, FolderLock lock);
  ~LmdbCore();
  LmdbCore(const LmdbCore&) = delete;
  LmdbCore& operator=(const LmdbCore&) = delete;

  /// Each is followed by one end_read(), or by commit() or end_write().
  Result<MDB_txn*> begin_read();
  void end_read(MDB_txn* transaction);
  Result<MDB_txn*> begin_write();
  void end_write(MDB_txn* transaction);
  Result<void> commit(MDB_txn* transaction, Durability durability, std::uint64_t bytes_put);

  /// Where the file is mapped, while a transaction is open.
  const LmdbMap& map() const { return map_; }

  Result<void> grow();
  Counters counters() const;

 private:
  explicit LmdbCore(FolderLock lock) : lock_(std::move(lock)) {}
  Result<MDB_txn*> begin(unsigned flags);
  Result<void> grow_early();
  Result<void> remap(std::size_t bytes);
  Result<void> commit_failed(int code);
  bool disk_is_full() const;

  FolderLock lock_;
  MDB_env* environment_ = nullptr;
  LmdbMap map_;               // changes with the map only
  mutable std::mutex mutex_;  // guards what follows, and the map while no transaction is open
  std::size_t readers_ = 0;
  bool writing_ = false;
  bool lazy_pending_ = false;  // a commit that the disk need not have yet
  bool broken_ = false;
  Counters counters_;
};

}  // namespace tern::store
