#include "store/lmdb.hpp"

#include "base/try.hpp"
#include "store/folder.hpp"
#include "store/journal_round.hpp"
#include "store/lmdb_core.hpp"
#include "store/lmdb_file.hpp"
#include "store/lmdb_transaction.hpp"

namespace tern::store {

namespace {

namespace fs = std::filesystem;

// Room for 126 read transactions at once, LMDB's default. LMDB makes this file with holes and
// writes through a map: on a full disk that would be SIGBUS, so its blocks are there before.
constexpr std::size_t reader_table_bytes = 16384;

fs::path data_file(const fs::path& folder) { return folder / "data.mdb"; }

class LmdbEnvironment final : public Environment {
 public:
  explicit LmdbEnvironment(std::shared_ptr<LmdbCore> core) : core_(std::move(core)) {}

  Result<std::unique_ptr<ReadTransaction>> read() override { return begin_lmdb_read(core_); }
  Result<std::unique_ptr<WriteTransaction>> write() override { return begin_lmdb_write(core_); }
  Counters counters() const override { return core_->counters(); }
  Result<void> grow() override { return core_->grow(); }

 private:
  std::shared_ptr<LmdbCore> core_;
};

// Writes a new database beside its place and moves it there whole: killed at any moment, the
// folder holds a complete one or none, and an empty file is never taken for a new one.
Result<void> create(const LmdbOptions& options) {
  const auto draft = options.folder / "data.mdb.new";
  std::error_code failure;
  fs::remove(draft, failure);
  TERN_TRY(write_zeros(draft, 0));
  {
    TERN_ASSIGN(auto core, LmdbCore::open(draft, LmdbCore::Layout::lone_file,
                                          options.map_bytes_initial, FolderLock()));
    LmdbEnvironment environment(std::move(core));
    TERN_TRY(transact(environment, Durability::synced, [&](WriteTransaction& transaction) {
      return write_stamp(transaction, {options.purpose, options.schema});
    }));
  }
  fs::rename(draft, data_file(options.folder), failure);
  if (failure) return Error(Errc::storage_io, "cannot name the new database: " + failure.message());
  return sync_folder(options.folder);
}

// Whether the folder's file is a whole database that this caller may open. Writes nothing.
Result<void> inspect(const LmdbOptions& options) {
  TERN_ASSIGN(const auto stamp, inspect_lmdb_file(data_file(options.folder)));
  return check_stamp(stamp, options.purpose, options.schema);
}

Result<std::unique_ptr<Environment>> open_alone(const LmdbOptions& options, FolderLock lock) {
  TERN_TRY(write_zeros(options.folder / "lock.mdb", reader_table_bytes));
  TERN_ASSIGN(auto core, LmdbCore::open(options.folder, LmdbCore::Layout::in_folder,
                                        options.map_bytes_initial, std::move(lock)));
  auto out = std::make_unique<LmdbEnvironment>(std::move(core));
  TERN_ASSIGN(const auto rows, out->read());
  TERN_ASSIGN(const auto round, read_round(*rows));
  if (round)
    return Error(Errc::storage_foreign, "the folder has a journal, which was not asked for");
  return std::unique_ptr<Environment>(std::move(out));
}

Result<std::unique_ptr<Environment>> open_with_journal(const LmdbOptions& options,
                                                       FolderLock lock) {
  TERN_ASSIGN(auto core, LmdbCore::open(options.folder, LmdbCore::Layout::in_folder_of_one,
                                        options.map_bytes_initial, std::move(lock)));
  auto journal = *options.journal;
  journal.file = options.folder / "journal";
  return open_journaled(std::make_unique<LmdbEnvironment>(std::move(core)), journal);
}

Result<void> bring_forward(Environment& environment, const LmdbOptions& options) {
  Stamp stamp;
  {
    TERN_ASSIGN(const auto transaction, environment.read());
    TERN_ASSIGN(stamp, read_stamp(*transaction));
    TERN_TRY(check_stamp(stamp, options.purpose, options.schema));
  }
  if (stamp.schema == options.schema) return {};
  return transact(environment, Durability::synced, [&](WriteTransaction& transaction) {
    return migrate(transaction, stamp, options.schema, options.migrations);
  });
}

}  // namespace

Result<std::unique_ptr<Environment>> open_lmdb(const LmdbOptions& options) {
  const auto& folder = options.folder;
  if (folder.empty()) return Error(Errc::invalid_argument, "no folder is named");
  // A folder that tern never locked may be somebody else's: look before leaving a file in it.
  TERN_ASSIGN(const bool there, is_there(data_file(folder)));
  if (there && !FolderLock::exists(folder)) TERN_TRY(inspect(options));
  TERN_TRY(make_folder(folder));
  TERN_ASSIGN(auto lock, FolderLock::acquire(folder));
  TERN_ASSIGN(const bool there_now, is_there(data_file(folder)));
  if (there_now)
    TERN_TRY(inspect(options));
  else
    TERN_TRY(create(options));
  TERN_ASSIGN(auto environment, options.journal ? open_with_journal(options, std::move(lock))
                                                : open_alone(options, std::move(lock)));
  // What a journal has is of the old schema, too.
  TERN_TRY(bring_forward(*environment, options));
  return environment;
}

}  // namespace tern::store
