#include "store/journaled.hpp"

#include <sys/statvfs.h>

#include "base/check.hpp"
#include "base/codec.hpp"
#include "store/journal_round.hpp"
#include "store/row_key.hpp"

namespace tern::store {

namespace {

enum class Change : std::uint8_t { put = 1, erase = 2 };

// An exception (there is no memory) may leave any of its functions: rows_ is there only when it has
// what the journal has, and what the transaction that is open now has changed.
class JournaledCore {
 public:
  JournaledCore(std::unique_ptr<Environment> home, const JournalOptions& options)
      : home_(std::move(home)), options_(options) {}
  ~JournaledCore();
  JournaledCore(const JournaledCore&) = delete;
  JournaledCore& operator=(const JournaledCore&) = delete;

  Result<void> open();

  /// Each is followed by its end.
  Result<ReadTransaction*> begin_read();
  void end_read(bool spoiled) {
    spoiled_ = spoiled_ || spoiled;
    if (--readers_ == 0 && std::exchange(spoiled_, false)) rows_.reset();
  }
  Result<WriteTransaction*> begin_write();
  /// Those of the write transaction: of too many for a record the first, and the last.
  Writer& changes() { return batch_; }
  std::size_t record_bytes_max() const { return options_.record_bytes_max; }
  /// `spoiled`: there is something to undo. The database undoes the whole transaction, of which the
  /// batches before are read from the journal again.
  void drop(bool spoiled);
  Result<void> commit(std::size_t count, std::uint64_t bytes_put, Durability durability);
  Result<void> grow();
  Counters counters() const { return counters_; }

 private:
  Result<void> find_journal(const std::optional<RoundRow>& round);
  Result<void> check_usable() const;
  Result<void> make_rows();
  Result<void> prepare();
  Result<void> bring_home();
  Result<void> commit_home(std::unique_ptr<WriteTransaction> rows);
  Result<void> keep(std::size_t count, bool synced);
  bool must_go_home(std::size_t count) const;
  bool disk_is_tight(std::size_t count) const;
  /// Broken when `work` leaves it open what the disk has: by storage_io, or by an exception.
  template <class Work>
  Result<void> on_disk(const Work& work) {
    broken_ = true;
    Result<void> done = work();
    broken_ = !done && done.error() == Errc::storage_io;
    return done;
  }

  std::unique_ptr<Environment> home_;
  JournalOptions options_;
  std::optional<Journal> journal_;
  // None: it has to be made, of what is home and what the journal has.
  std::unique_ptr<WriteTransaction> rows_;
  std::size_t changes_ = 0;  // in the journal
  Writer batch_;             // keeps its memory
  std::size_t readers_ = 0;
  bool spoiled_ = false;  // by one of them
  bool writing_ = false;
  bool broken_ = false;
  Counters counters_;
};

JournaledCore::~JournaledCore() {
  if (!journal_ || journal_->records() == 0 || broken_) return;
  try {
    (void)bring_home();
  } catch (...) {
    // The journal has it.
  }
}

Result<void> JournaledCore::open() {
  std::optional<RoundRow> round;
  {
    TERN_ASSIGN(const auto rows, home_->read());
    TERN_ASSIGN(round, read_round(*rows));
  }
  TERN_TRY(find_journal(round));
  if (!journal_) return {};
  auto done = bring_home();
  // What the journal has can wait there for more room: nothing is appended to it before.
  if (!done && done.error() == Errc::storage_full) return {};
  return done;
}

Result<void> JournaledCore::find_journal(const std::optional<RoundRow>& round) {
  std::error_code ignored;
  // Nobody knows the name of the round in it: nothing was ever acknowledged that is in it alone.
  if (!round) std::filesystem::remove(options_.file, ignored);
  if (round) options_.bytes = static_cast<std::size_t>(round->journal_bytes);
  auto journal = Journal::open(options_.file, options_.bytes);
  if (!journal) {
    TERN_ASSIGN(const bool there, is_there(options_.file));
    // Without room for one everything goes home at once.
    if (!there && journal.error() == Errc::storage_full) return {};
    return journal.error();
  }
  if (round) TERN_TRY(journal->resume(round->round));
  journal_.emplace(std::move(*journal));
  return {};
}

Result<void> JournaledCore::check_usable() const {
  if (broken_) return Error(Errc::storage_io, "the disk failed before: open the folder again");
  if (writing_) return Error(Errc::internal, "a journaled database has one transaction at a time");
  return {};
}

Result<ReadTransaction*> JournaledCore::begin_read() {
  TERN_TRY(check_usable());
  TERN_TRY(prepare());
  ++readers_;
  return rows_.get();
}

Result<WriteTransaction*> JournaledCore::begin_write() {
  TERN_TRY(check_usable());
  if (readers_ > 0)
    return Error(Errc::internal, "a journaled database is written to while nobody reads");
  TERN_TRY(prepare());
  batch_.rewind(0);
  writing_ = true;
  return rows_.get();
}

void JournaledCore::drop(bool spoiled) {
  writing_ = false;
  if (spoiled) rows_.reset();
}

Result<void> JournaledCore::make_rows() {
  if (rows_) return {};
  TERN_ASSIGN(auto rows, home_->write());
  if (journal_)
    TERN_TRY(journal_->replay([&](ByteSpan changes) { return apply_changes(changes, *rows); }));
  rows_ = std::move(rows);
  return {};
}

Result<void> JournaledCore::prepare() {
  return while_growing(*home_, [&] { return make_rows(); });
}

Result<void> JournaledCore::bring_home() {
  return while_growing(*home_, [&]() -> Result<void> {
    TERN_TRY(make_rows());
    return commit_home(std::move(rows_));
  });
}

// When it fails, what was in the journal before is there still.
Result<void> JournaledCore::commit_home(std::unique_ptr<WriteTransaction> rows) {
  const auto next = options_.entropy->make<JournalRound>();
  TERN_TRY(journal_ ? write_round(*rows, {next, options_.bytes}) : erase_round(*rows));
  TERN_TRY(on_disk([&] { return rows->commit(Durability::synced); }));
  if (journal_) journal_->begin(next);
  changes_ = 0;
  ++counters_.syncs;
  return {};
}

// Each change may need a page of its own at home, and one that points at it.
bool JournaledCore::disk_is_tight(std::size_t count) const {
  struct statvfs status;
  if (::statvfs(options_.file.parent_path().c_str(), &status) != 0) return true;
  const auto room = std::uint64_t{status.f_bavail} * status.f_frsize;
  const auto at_home = 2 * Journal::block_bytes * (changes_ + count) + 2 * batch_.size();
  return room < options_.disk_room_min || room - options_.disk_room_min < at_home;
}

bool JournaledCore::must_go_home(std::size_t count) const {
  const auto bytes = batch_.size();
  return !journal_ || bytes > options_.record_bytes_max ||
         changes_ + count > options_.changes_max || !journal_->has_room(bytes) ||
         disk_is_tight(count);
}

Result<void> JournaledCore::keep(std::size_t count, bool synced) {
  if (count > 0) TERN_TRY(on_disk([&] { return journal_->append(batch_.span()); }));
  changes_ += count;
  if (!synced || !journal_ || journal_->is_synced()) return {};
  ++counters_.syncs;
  return on_disk([&] { return journal_->sync(); });
}

Result<void> JournaledCore::commit(std::size_t count, std::uint64_t bytes_put,
                                   Durability durability) {
  writing_ = false;
  auto rows = std::move(rows_);  // back again when the journal has it
  const bool synced = durability == Durability::synced;
  if (count > 0 && must_go_home(count)) {
    TERN_TRY(commit_home(std::move(rows)));
  } else {
    TERN_TRY(keep(count, synced));
    rows_ = std::move(rows);
  }
  ++counters_.commits;
  counters_.bytes_put += bytes_put;
  return {};
}

Result<void> JournaledCore::grow() {
  if (writing_ || readers_ > 0)
    return Error(Errc::storage_map_full, "the database must grow, and a transaction is open on it");
  rows_.reset();
  return home_->grow();
}

// A database may do nothing more in a transaction that met a page which it could not read.
template <class T>
Result<T> noted(Result<T> done, bool& spoiled) {
  if (!done && is_storage(done.error().errc())) spoiled = true;
  return done;
}

class JournaledRead final : public ReadTransaction {
 public:
  explicit JournaledRead(std::shared_ptr<JournaledCore> core) : core_(std::move(core)) {}
  ~JournaledRead() override {
    if (rows_ != nullptr) core_->end_read(spoiled_);
  }
  Result<void> begin() {
    TERN_ASSIGN(rows_, core_->begin_read());
    return {};
  }

  Result<std::optional<ByteSpan>> get(Table table, ByteSpan key) override {
    return noted(rows_->get(table, key), spoiled_);
  }
  Result<void> scan(Table table, ByteSpan prefix, ByteSpan first, const Visit& visit) override {
    return noted(rows_->scan(table, prefix, first, visit), spoiled_);
  }
  Result<void> scan_back(Table table, ByteSpan prefix, ByteSpan last, const Visit& visit) override {
    return noted(rows_->scan_back(table, prefix, last, visit), spoiled_);
  }

 private:
  std::shared_ptr<JournaledCore> core_;
  ReadTransaction* rows_ = nullptr;
  bool spoiled_ = false;
};

class JournaledWrite final : public WriteTransaction {
 public:
  explicit JournaledWrite(std::shared_ptr<JournaledCore> core) : core_(std::move(core)) {}
  ~JournaledWrite() override {
    if (rows_ != nullptr) core_->drop(spoiled_ || count_ > 0);
  }
  Result<void> begin() {
    TERN_ASSIGN(rows_, core_->begin_write());
    return {};
  }

  Result<std::optional<ByteSpan>> get(Table table, ByteSpan key) override {
    TERN_CHECK(rows_ != nullptr);
    return noted(rows_->get(table, key), spoiled_);
  }
  Result<void> scan(Table table, ByteSpan prefix, ByteSpan first, const Visit& visit) override {
    TERN_CHECK(rows_ != nullptr);
    return noted(rows_->scan(table, prefix, first, visit), spoiled_);
  }
  Result<void> scan_back(Table table, ByteSpan prefix, ByteSpan last, const Visit& visit) override {
    TERN_CHECK(rows_ != nullptr);
    return noted(rows_->scan_back(table, prefix, last, visit), spoiled_);
  }
  // A row may be made of bytes of its own transaction, which move when it is: of the copy, then.
  Result<void> put(Table table, ByteSpan key, ByteSpan value) override {
    return change([&]() -> Result<void> {
      TERN_TRY(check_value(value));
      add(Change::put, table, key).vector(value);
      bytes_put_ += value.size();
      return rows_->put(table, key, core_->changes().span().last(value.size()));
    });
  }
  Result<void> erase(Table table, ByteSpan key) override {
    return change([&] {
      add(Change::erase, table, key);
      return rows_->erase(table, key);
    });
  }
  Result<void> commit(Durability durability) override {
    TERN_CHECK(rows_ != nullptr);
    rows_ = nullptr;
    if (!spoiled_) return core_->commit(count_, bytes_put_, durability);
    core_->drop(true);
    return Error(Errc::internal, "a transaction in which something failed was committed");
  }

 private:
  template <class Work>
  Result<void> change(const Work& work) {
    TERN_CHECK(rows_ != nullptr);
    const bool before = std::exchange(spoiled_, true);  // an exception leaves it so
    Result<void> done = work();
    spoiled_ = before || !done;
    return done;
  }
  Writer& add(Change what, Table table, ByteSpan key) {
    ++count_;
    auto& changes = core_->changes();
    changes.rewind(core_->record_bytes_max());  // with this one it goes home: nobody reads them
    return changes.number(static_cast<std::uint8_t>(what)).number(table.id).vector(key);
  }

  std::shared_ptr<JournaledCore> core_;
  WriteTransaction* rows_ = nullptr;
  std::size_t count_ = 0;
  std::uint64_t bytes_put_ = 0;
  bool spoiled_ = false;
};

class JournaledEnvironment final : public Environment {
 public:
  explicit JournaledEnvironment(std::shared_ptr<JournaledCore> core) : core_(std::move(core)) {}

  Result<std::unique_ptr<ReadTransaction>> read() override {
    auto out = std::make_unique<JournaledRead>(core_);
    TERN_TRY(out->begin());
    return std::unique_ptr<ReadTransaction>(std::move(out));
  }
  Result<std::unique_ptr<WriteTransaction>> write() override {
    auto out = std::make_unique<JournaledWrite>(core_);
    TERN_TRY(out->begin());
    return std::unique_ptr<WriteTransaction>(std::move(out));
  }
  Counters counters() const override { return core_->counters(); }
  Result<void> grow() override { return core_->grow(); }

 private:
  std::shared_ptr<JournaledCore> core_;
};

}  // namespace

Result<void> apply_changes(ByteSpan changes, WriteTransaction& rows) {
  const Error damaged(Errc::storage_damaged, "a change in the journal does not parse");
  Reader reader(changes);
  while (!reader.empty()) {
    const auto what = reader.number<std::uint8_t>();
    const auto table = reader.number<std::uint8_t>();
    const auto key = reader.vector(key_bytes_max);
    if (!what || !table || *table > tables_max || !key) return damaged;
    if (*what == static_cast<std::uint8_t>(Change::erase)) {
      TERN_TRY(rows.erase({*table}, *key));
      continue;
    }
    const auto value = reader.vector(value_bytes_max);
    if (*what != static_cast<std::uint8_t>(Change::put) || !value) return damaged;
    TERN_TRY(rows.put({*table}, *key, *value));
  }
  return {};
}

Result<std::unique_ptr<Environment>> open_journaled(std::unique_ptr<Environment> home,
                                                    const JournalOptions& options) {
  auto core = std::make_shared<JournaledCore>(std::move(home), options);
  TERN_TRY(core->open());
  return std::unique_ptr<Environment>(std::make_unique<JournaledEnvironment>(std::move(core)));
}

}  // namespace tern::store
