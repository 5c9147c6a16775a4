#include "store/journal.hpp"

#include "store/journal_core.hpp"

namespace tern::store {
namespace {

// Goes through the waiting rows of a scan. The visitor may write to other tables meanwhile, which
// moves rows about.
class WaitingRows {
 public:
  enum class Way : std::uint8_t { up, down };
  WaitingRows(const MemoryChanges& rows, const std::uint64_t& writes, const RowRange& range,
              Way way)
      : rows_(rows), writes_(writes), range_(range), way_(way), at_(RowKey::stored(range.first())) {
    includes_at_ = way == Way::up || range.includes_last();
    seek();
  }

  /// Null: there is none any more.
  const MemoryChanges::value_type* next() {
    if (writes_seen_ != writes_) seek();
    if (way_ == Way::up) return within(row_);
    return row_ == rows_.begin() ? nullptr : within(std::prev(row_));
  }
  void pass(ByteSpan key) {
    at_ = RowKey::stored(key);
    includes_at_ = false;
    way_ == Way::up ? ++row_ : --row_;
  }
  /// Whether a comes before b on this way.
  bool before(ByteSpan a, ByteSpan b) const {
    return way_ == Way::up ? key_less(a, b) : key_less(b, a);
  }

 private:
  using Row = MemoryChanges::const_iterator;
  const MemoryChanges::value_type* within(Row row) const {
    return row != rows_.end() && range_.within(row->first) ? &*row : nullptr;
  }
  // Upwards: the next row. Downwards: the row above the next.
  void seek() {
    writes_seen_ = writes_;
    const bool at_or_above = (way_ == Way::up) == includes_at_;
    row_ = at_or_above ? rows_.lower_bound(at_.span()) : rows_.upper_bound(at_.span());
  }

  const MemoryChanges& rows_;
  const std::uint64_t& writes_;
  const RowRange& range_;
  Way way_;
  RowKey at_;
  bool includes_at_;
  Row row_;
  std::uint64_t writes_seen_ = 0;
};

// What both kinds of transaction do with the rows that they see: those that wait, over those of the
// tables.
template <class Kind>
class JournaledTransaction : public Kind {
 public:
  Result<std::optional<ByteSpan>> get(Table table, ByteSpan key) override {
    TERN_ASSIGN(const auto row, RowKey::make(table, key));
    const auto found = waiting().find(row.span());
    if (found == waiting().end()) return tables().get(table, key);
    held_ = found->second;
    return held_ ? std::optional<ByteSpan>(*held_) : std::nullopt;
  }
  Result<void> scan(Table table, ByteSpan prefix, ByteSpan first,
                    const ReadTransaction::Visit& visit) override {
    TERN_ASSIGN(const auto range, RowRange::make(table, prefix, first));
    WaitingRows rows(waiting(), writes_, range, WaitingRows::Way::up);
    return merge(table, rows, visit, [&](const ReadTransaction::Visit& merging) {
      return tables().scan(table, prefix, first, merging);
    });
  }
  Result<void> scan_back(Table table, ByteSpan prefix, ByteSpan last,
                         const ReadTransaction::Visit& visit) override {
    TERN_ASSIGN(const auto range, RowRange::make_back(table, prefix, last));
    WaitingRows rows(waiting(), writes_, range, WaitingRows::Way::down);
    return merge(table, rows, visit, [&](const ReadTransaction::Visit& merging) {
      return tables().scan_back(table, prefix, last, merging);
    });
  }

 protected:
  virtual ReadTransaction& tables() = 0;
  virtual const MemoryChanges& waiting() const = 0;
  void count_write() { ++writes_; }

 private:
  static Scan give(WaitingRows& rows, const MemoryChanges::value_type& row,
                   const ReadTransaction::Visit& visit) {
    const auto at = RowKey::stored(row.first);
    const auto value = row.second;
    rows.pass(at.span());
    return value ? visit(at.user_part(), *value) : Scan::next;
  }

  template <class ScanTables>
  Result<void> merge(Table table, WaitingRows& rows, const ReadTransaction::Visit& visit,
                     const ScanTables& scan_tables) {
    auto went = Scan::next;
    Result<void> outcome;
    const auto merged = [&](const RowKey& at, ByteSpan value) {
      const auto writes = writes_;
      for (const auto* row = rows.next(); row && rows.before(row->first, at.span());
           row = rows.next())
        if (give(rows, *row, visit) == Scan::stop) return Scan::stop;
      if (const auto* row = rows.next(); row && std::ranges::equal(row->first, at.span()))
        return give(rows, *row, visit);
      if (writes == writes_) return visit(at.user_part(), value);
      // Written to meanwhile, if elsewhere: the span may be of before.
      const auto again = tables().get(table, at.user_part());
      if (!again) outcome = again.error();
      return again && *again ? visit(at.user_part(), **again) : Scan::stop;
    };
    TERN_TRY(scan_tables([&](ByteSpan key, ByteSpan value) {
      return went = merged(RowKey::make(table, key).value(), value);
    }));
    TERN_TRY(outcome);
    while (went == Scan::next) {
      const auto* row = rows.next();
      if (!row) break;
      went = give(rows, *row, visit);
    }
    return {};
  }

  std::uint64_t writes_ = 0;
  SharedValue held_;  // what get() handed out
};

class JournaledRead final : public JournaledTransaction<ReadTransaction> {
 public:
  JournaledRead(std::unique_ptr<ReadTransaction> tables, MemoryChanges waiting)
      : tables_(std::move(tables)), waiting_(std::move(waiting)) {}

 private:
  ReadTransaction& tables() override { return *tables_; }
  const MemoryChanges& waiting() const override { return waiting_; }

  std::unique_ptr<ReadTransaction> tables_;
  MemoryChanges waiting_;
};

class JournaledWrite final : public JournaledTransaction<WriteTransaction> {
 public:
  JournaledWrite(std::shared_ptr<JournalCore> core, std::unique_ptr<WriteTransaction> tables)
      : core_(std::move(core)), tables_(std::move(tables)) {}
  ~JournaledWrite() override {
    tables_.reset();
    if (!done_) core_->pending().undo();
  }

  Result<void> put(Table table, ByteSpan key, ByteSpan value) override {
    TERN_ASSIGN(const auto row, RowKey::make(table, key));
    TERN_TRY(check_value(value));
    TERN_TRY(make_room());
    count_write();
    if (!direct_ && value.size() <= core_->options().waiting_value_bytes_max) {
      changes_.put(row.span(), value);
      core_->pending().set(row.span(), std::make_shared<const Bytes>(to_bytes(value)));
      return {};
    }
    if (!direct_) changes_.settle(row.span());
    core_->pending().drop(row.span());
    return tables_->put(table, key, value);
  }
  Result<void> erase(Table table, ByteSpan key) override {
    TERN_ASSIGN(const auto row, RowKey::make(table, key));
    TERN_TRY(make_room());
    TERN_ASSIGN(const auto there, get(table, key));
    if (!there) return {};
    count_write();
    // What is large makes room at once: on a full disk something may wait for it.
    if (direct_ || there->size() > core_->options().waiting_value_bytes_max) {
      if (!direct_) changes_.settle(row.span());
      core_->pending().drop(row.span());
      return tables_->erase(table, key);
    }
    changes_.erase(row.span());
    core_->pending().set(row.span(), nullptr);
    return {};
  }
  Result<void> commit(Durability durability) override {
    done_ = true;
    // Until it is known to be kept: after a failure nobody knows.
    core_->doubt();
    if (!direct_ && changes_.size() > 0) TERN_TRY(core_->append(*tables_, changes_.span()));
    TERN_TRY(tables_->commit(durability));
    core_->committed();
    return {};
  }

 private:
  ReadTransaction& tables() override { return *tables_; }
  const MemoryChanges& waiting() const override { return core_->pending().rows(); }

  Result<void> make_room() {
    if (direct_ || changes_.size() < core_->options().row_bytes_max) return {};
    direct_ = true;
    count_write();
    return core_->settle_all(*tables_);
  }

  std::shared_ptr<JournalCore> core_;
  std::unique_ptr<WriteTransaction> tables_;
  ChangeWriter changes_;
  bool direct_ = false;  // it has outgrown a row of the journal
  bool done_ = false;
};

class JournaledEnvironment final : public Environment {
 public:
  explicit JournaledEnvironment(std::shared_ptr<JournalCore> core) : core_(std::move(core)) {}

  Result<std::unique_ptr<ReadTransaction>> read() override {
    TERN_ASSIGN(auto tables, core_->base().read());
    TERN_TRY(core_->make_sure(*tables));
    return std::unique_ptr<ReadTransaction>(
        std::make_unique<JournaledRead>(std::move(tables), core_->pending().kept_rows()));
  }
  Result<std::unique_ptr<WriteTransaction>> write() override {
    TERN_ASSIGN(auto tables, core_->base().write());
    TERN_TRY(core_->make_sure(*tables));
    return std::unique_ptr<WriteTransaction>(
        std::make_unique<JournaledWrite>(core_, std::move(tables)));
  }
  Counters counters() const override { return core_->base().counters(); }
  Result<void> grow() override { return core_->base().grow(); }

 private:
  std::shared_ptr<JournalCore> core_;
};

}  // namespace

Result<std::unique_ptr<Environment>> open_journaled(std::unique_ptr<Environment> base,
                                                    const JournalOptions& options) {
  auto core = std::make_shared<JournalCore>(std::move(base), options);
  auto out = std::make_unique<JournaledEnvironment>(std::move(core));
  TERN_TRY(out->read());
  return std::unique_ptr<Environment>(std::move(out));
}

}  // namespace tern::store
