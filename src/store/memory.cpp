#include "store/memory.hpp"

#include "base/try.hpp"
#include "store/memory_disk.hpp"

namespace tern::store {

namespace {

// What both kinds of transaction do with the rows that they see.
template <class Kind>
class MemoryTransaction : public Kind {
 public:
  explicit MemoryTransaction(std::shared_ptr<const MemoryRows> rows) : rows_(std::move(rows)) {}

  Result<std::optional<ByteSpan>> get(Table table, ByteSpan key) override {
    TERN_CHECK(rows_);
    TERN_ASSIGN(const auto row, RowKey::make(table, key));
    held_ = merged().find(row.span());
    if (!held_) return std::optional<ByteSpan>();
    return std::optional<ByteSpan>(*held_);
  }
  Result<void> scan(Table table, ByteSpan prefix, ByteSpan first,
                    const ReadTransaction::Visit& visit) override {
    TERN_CHECK(rows_);
    TERN_ASSIGN(const auto range, RowRange::make(table, prefix, first));
    auto row = merged().up(range.first(), false);
    while (row && range.within(row->key)) {
      // The visitor may write, which may drop the row: its key is kept to go on from.
      const auto at = RowKey::stored(row->key);
      if (visit(at.user_part(), *row->value) == Scan::stop) break;
      row = merged().up(at.span(), true);
    }
    return {};
  }
  Result<void> scan_back(Table table, ByteSpan prefix, ByteSpan last,
                         const ReadTransaction::Visit& visit) override {
    TERN_CHECK(rows_);
    TERN_ASSIGN(const auto range, RowRange::make_back(table, prefix, last));
    auto row = merged().down(range.last(), range.includes_last());
    while (row && range.within(row->key)) {
      const auto at = RowKey::stored(row->key);
      if (visit(at.user_part(), *row->value) == Scan::stop) break;
      row = merged().down(at.span(), false);
    }
    return {};
  }

 protected:
  virtual const MemoryChanges& changes() const {
    static const MemoryChanges none;
    return none;
  }
  MergedRows merged() const { return {*rows_, changes()}; }
  void let_go() { rows_.reset(); }

 private:
  std::shared_ptr<const MemoryRows> rows_;
  SharedValue held_;  // what get() handed out
};

class MemoryRead final : public MemoryTransaction<ReadTransaction> {
 public:
  explicit MemoryRead(std::shared_ptr<MemoryContents> disk)
      : MemoryTransaction(disk->rows), disk_(std::move(disk)) {}
  ~MemoryRead() override {
    // A commit asks under this mutex whether anyone still reads the rows that it changes.
    const std::lock_guard lock(disk_->mutex);
    let_go();
  }

 private:
  std::shared_ptr<MemoryContents> disk_;
};

// What an environment and its write transaction share.
struct Writing {
  bool open = false;
  Counters counters;
};

class MemoryWrite final : public MemoryTransaction<WriteTransaction> {
 public:
  MemoryWrite(std::shared_ptr<MemoryContents> disk, std::shared_ptr<Writing> writing)
      : MemoryTransaction(disk->rows), disk_(std::move(disk)), writing_(std::move(writing)) {
    writing_->open = true;
  }
  ~MemoryWrite() override {
    const std::lock_guard lock(disk_->mutex);
    let_go();
    if (!done_) writing_->open = false;
  }

  Result<void> put(Table table, ByteSpan key, ByteSpan value) override {
    TERN_CHECK(!done_);
    TERN_ASSIGN(const auto row, RowKey::make(table, key));
    TERN_TRY(check_value(value));
    const std::lock_guard lock(disk_->mutex);
    TERN_TRY(disk_->count_operation());
    const auto before = merged().find(row.span());
    const auto added = static_cast<std::int64_t>(row.span().size() + value.size()) -
                       (before ? size_of(row, *before) : 0);
    if (disk_->bytes_used + static_cast<std::uint64_t>(growth_ + added) > disk_->capacity)
      return Errc::storage_full;
    growth_ += added;
    writing_->counters.bytes_put += value.size();
    change(row, std::make_shared<const Bytes>(value.begin(), value.end()));
    return {};
  }
  Result<void> erase(Table table, ByteSpan key) override {
    TERN_CHECK(!done_);
    TERN_ASSIGN(const auto row, RowKey::make(table, key));
    const std::lock_guard lock(disk_->mutex);
    TERN_TRY(disk_->count_operation());
    const auto before = merged().find(row.span());
    if (!before) return {};
    growth_ -= size_of(row, *before);
    change(row, nullptr);
    return {};
  }
  Result<void> commit(Durability durability) override {
    TERN_CHECK(!done_);
    const std::lock_guard lock(disk_->mutex);
    done_ = true;
    writing_->open = false;
    let_go();
    const bool fails_first = disk_->fail_operation == disk_->operations + 1;
    const bool waits =
        durability == Durability::synced && !(changes_.empty() && disk_->undo.empty());
    const auto counted = disk_->count_operation();
    if (counted || (fails_first && disk_->fail_outcome == CommitOutcome::kept))
      disk_->apply(changes_, durability);
    TERN_TRY(counted);
    ++writing_->counters.commits;
    if (waits) ++writing_->counters.syncs;
    return {};
  }

 private:
  const MemoryChanges& changes() const override { return changes_; }
  static std::int64_t size_of(const RowKey& key, const Bytes& value) {
    return static_cast<std::int64_t>(key.span().size() + value.size());
  }
  void change(const RowKey& key, SharedValue value) {
    const auto row = changes_.find(key.span());
    if (row != changes_.end())
      row->second = std::move(value);
    else
      changes_.emplace(to_bytes(key.span()), std::move(value));
  }

  std::shared_ptr<MemoryContents> disk_;
  std::shared_ptr<Writing> writing_;
  MemoryChanges changes_;
  std::int64_t growth_ = 0;  // bytes that commit() will add to the disk's
  bool done_ = false;
};

class MemoryEnvironment final : public Environment {
 public:
  explicit MemoryEnvironment(std::shared_ptr<MemoryContents> disk) : disk_(std::move(disk)) {}

  Result<std::unique_ptr<ReadTransaction>> read() override {
    const std::lock_guard lock(disk_->mutex);
    return std::unique_ptr<ReadTransaction>(std::make_unique<MemoryRead>(disk_));
  }
  Result<std::unique_ptr<WriteTransaction>> write() override {
    const std::lock_guard lock(disk_->mutex);
    TERN_CHECK(!writing_->open);
    return std::unique_ptr<WriteTransaction>(std::make_unique<MemoryWrite>(disk_, writing_));
  }
  Counters counters() const override {
    const std::lock_guard lock(disk_->mutex);
    return writing_->counters;
  }
  Result<void> grow() override {
    const std::lock_guard lock(disk_->mutex);
    if (disk_->fail_error == Errc::storage_map_full) disk_->fail_operation.reset();
    return {};
  }

 private:
  std::shared_ptr<MemoryContents> disk_;
  std::shared_ptr<Writing> writing_ = std::make_shared<Writing>();
};

}  // namespace

std::unique_ptr<Environment> open_memory(MemoryDisk& disk) {
  return std::make_unique<MemoryEnvironment>(disk.contents_);
}

}  // namespace tern::store
