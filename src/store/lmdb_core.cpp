#include "store/lmdb_core.hpp"

#include <fcntl.h>
#include <lmdb.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/check.hpp"
#include "base/try.hpp"
#include "store/lmdb_error.hpp"

namespace tern::store {

namespace {

struct Room {
  std::size_t map = 0;
  std::size_t used = 0;
  bool is_tight() const { return map - std::min(map, used) < map / 4; }
};

Room room_of(MDB_env* environment) {
  MDB_envinfo info;
  MDB_stat stat;
  mdb_env_info(environment, &info);
  mdb_env_stat(environment, &stat);
  return {info.me_mapsize, (info.me_last_pgno + 1) * stat.ms_psize};
}

std::size_t last_transaction(MDB_env* environment) {
  MDB_envinfo info;
  mdb_env_info(environment, &info);
  return info.me_last_txnid;
}

// LMDB gives the old map up before it asks for the new one, and is lost without either.
bool address_space_has(std::size_t bytes) {
  void* const probe =
      ::mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (probe == MAP_FAILED) return false;
  ::munmap(probe, bytes);
  return true;
}

}  // namespace

Result<std::shared_ptr<LmdbCore>> LmdbCore::open(const std::filesystem::path& path, Layout layout,
                                                 std::size_t map_bytes, FolderLock lock) {
  std::shared_ptr<LmdbCore> core(new LmdbCore(std::move(lock)));
  if (const int code = mdb_env_create(&core->environment_))
    return lmdb_error(code, "make an LMDB environment");
  // MDB_NOTLS: a read transaction belongs to its object, not to the thread that began it.
  // No MDB_NOMEMINIT: it would write what our memory held before to the disk.
  unsigned flags = MDB_NOTLS;
  if (layout == Layout::lone_file) flags |= MDB_NOSUBDIR;
  if (layout != Layout::in_folder) flags |= MDB_NOLOCK;
  mdb_env_set_mapsize(core->environment_, map_bytes);
  if (const int code = mdb_env_open(core->environment_, path.c_str(), flags, 0600))
    return lmdb_error(code, "open " + path.string());
  // A program that the host starts must not keep the file open.
  int file = -1;
  if (mdb_env_get_fd(core->environment_, &file) == 0) ::fcntl(file, F_SETFD, FD_CLOEXEC);
  TERN_TRY(core->grow_early());
  TERN_ASSIGN(MDB_txn* const transaction, core->begin_read());
  MDB_dbi tree = 0;
  const int code = mdb_dbi_open(transaction, nullptr, 0, &tree);
  core->end_read(transaction);
  if (code) return lmdb_error(code, "open " + path.string());
  core->map_ = LmdbMap::find(core->environment_);
  return core;
}

LmdbCore::~LmdbCore() {
  if (environment_ == nullptr) return;
  if (lazy_pending_ && !broken_) mdb_env_sync(environment_, 1);
  mdb_env_close(environment_);
}

Result<MDB_txn*> LmdbCore::begin(unsigned flags) {
  if (broken_) return Error(Errc::storage_io, "the disk failed before: open the folder again");
  MDB_txn* transaction = nullptr;
  int code = mdb_txn_begin(environment_, nullptr, flags, &transaction);
  if (code == MDB_MAP_RESIZED && readers_ == 0 && !writing_) {
    TERN_TRY(remap(room_of(environment_).used * 2));
    code = mdb_txn_begin(environment_, nullptr, flags, &transaction);
  }
  if (code) return lmdb_error(code, "begin a transaction");
  return transaction;
}

Result<MDB_txn*> LmdbCore::begin_read() {
  const std::lock_guard lock(mutex_);
  auto transaction = begin(MDB_RDONLY);
  if (transaction) ++readers_;
  return transaction;
}

void LmdbCore::end_read(MDB_txn* transaction) {
  const std::lock_guard lock(mutex_);
  mdb_txn_abort(transaction);
  --readers_;
}

Result<MDB_txn*> LmdbCore::begin_write() {
  const std::lock_guard lock(mutex_);
  TERN_CHECK(!writing_);
  TERN_TRY(grow_early());
  auto transaction = begin(0);
  if (transaction) writing_ = true;
  return transaction;
}

void LmdbCore::end_write(MDB_txn* transaction) {
  mdb_txn_abort(transaction);
  const std::lock_guard lock(mutex_);
  writing_ = false;
}

Result<void> LmdbCore::commit(MDB_txn* transaction, Durability durability,
                              std::uint64_t bytes_put) {
  const bool lazy = durability == Durability::lazy;
  // Only the writer reads this flag, and there is one.
  mdb_env_set_flags(environment_, MDB_NOMETASYNC, lazy ? 1 : 0);
  const auto id = mdb_txn_id(transaction);
  int code = mdb_txn_commit(transaction);
  const std::lock_guard lock(mutex_);
  writing_ = false;
  if (code) return commit_failed(code);
  const bool changed = last_transaction(environment_) == id;
  // Nothing to write is no reason to leave earlier lazy commits to chance.
  const bool overdue = !changed && !lazy && lazy_pending_;
  if (overdue) code = mdb_env_sync(environment_, 1);
  if (code) return commit_failed(code);
  lazy_pending_ = lazy && (changed || lazy_pending_);
  ++counters_.commits;
  counters_.bytes_put += bytes_put;
  if (overdue || (changed && !lazy)) ++counters_.syncs;
  return {};
}

Result<void> LmdbCore::commit_failed(int code) {
  // LMDB says EIO for a short write too, which is what a disk that fills up does first.
  if (code == EIO && disk_is_full()) code = ENOSPC;
  auto error = lmdb_error(code, "commit");
  if (error == Errc::storage_io) broken_ = true;
  return error;
}

// Asks the disk, for nothing else knows about quotas and limits: one page more, taken back at once.
bool LmdbCore::disk_is_full() const {
  int file = -1;
  struct stat status;
  if (mdb_env_get_fd(environment_, &file) != 0 || ::fstat(file, &status) != 0) return false;
  const std::array<std::uint8_t, 4096> page{};
  const auto written = ::pwrite(file, page.data(), page.size(), status.st_size);
  if (written < 0) return errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
  const bool taken_back = ::ftruncate(file, status.st_size) == 0;
  return taken_back && static_cast<std::size_t>(written) < page.size();
}

Result<void> LmdbCore::grow() {
  const std::lock_guard lock(mutex_);
  if (readers_ > 0 || writing_)
    return Error(Errc::storage_map_full, "the database must grow, and a transaction is open on it");
  return remap(room_of(environment_).map * 2);
}

// While there is room: a transaction that hits the map's end has to be run again.
Result<void> LmdbCore::grow_early() {
  if (readers_ > 0 || broken_) return {};
  auto room = room_of(environment_);
  if (!room.is_tight()) return {};
  while (room.is_tight()) room.map *= 2;
  return remap(room.map);
}

Result<void> LmdbCore::remap(std::size_t bytes) {
  if (!address_space_has(bytes))
    return Error(Errc::storage_full, "the database has no room left in this process's addresses");
  const int code = mdb_env_set_mapsize(environment_, bytes);
  if (code == 0) {
    map_ = LmdbMap::find(environment_);
    return {};
  }
  broken_ = true;
  return lmdb_error(code, "grow the database");
}

Counters LmdbCore::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

}  // namespace tern::store
