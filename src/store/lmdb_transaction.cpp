#include "store/lmdb_transaction.hpp"

#include <lmdb.h>

#include "base/check.hpp"
#include "base/try.hpp"
#include "store/lmdb_error.hpp"
#include "store/row_key.hpp"

namespace tern::store {

namespace {

constexpr MDB_dbi tree = 1;  // LMDB's number for its unnamed tree

MDB_val value_of(ByteSpan bytes) {
  return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())};  // LMDB reads it only
}

ByteSpan bytes_of(const MDB_val& value) {
  return {static_cast<const std::uint8_t*>(value.mv_data), value.mv_size};
}

class Cursor {
 public:
  Cursor(MDB_txn* transaction, const LmdbMap& map)
      : map_(map), code_(mdb_cursor_open(transaction, tree, &cursor_)) {}
  ~Cursor() {
    if (cursor_ != nullptr) mdb_cursor_close(cursor_);
  }
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  /// The first row with key >= `from` (> `from` when `skip_equal`), or none.
  void seek_up(ByteSpan from, bool skip_equal) {
    move(MDB_SET_RANGE, from);
    if (skip_equal && at_row() && std::ranges::equal(key(), from)) move(MDB_NEXT);
  }
  /// The last row with key < `bound` (<= `bound` when `or_equal`), or none.
  void seek_down(ByteSpan bound, bool or_equal) {
    move(MDB_SET_RANGE, bound);
    if (code_ == MDB_NOTFOUND) return move(MDB_LAST);
    if (at_row() && !(or_equal && std::ranges::equal(key(), bound))) move(MDB_PREV);
  }
  void move(MDB_cursor_op way, ByteSpan to = {}) {
    if (cursor_ == nullptr) return;
    key_ = value_of(to);
    code_ = mdb_cursor_get(cursor_, &key_, &value_, way);
    const bool sound =
        code_ != 0 || (map_.holds_key(key()) && map_.holds_value(key().size(), value()));
    if (!sound) code_ = MDB_CORRUPTED;
  }

  bool at_row() const { return code_ == 0; }
  ByteSpan key() const { return bytes_of(key_); }
  ByteSpan value() const { return bytes_of(value_); }
  Result<void> status() const {
    if (code_ == 0 || code_ == MDB_NOTFOUND) return {};
    return lmdb_error(code_, "read");
  }

 private:
  const LmdbMap& map_;
  MDB_cursor* cursor_ = nullptr;
  MDB_val key_{};
  MDB_val value_{};
  int code_;
};

// What both kinds of transaction do with the rows that they see.
template <class Kind>
class LmdbTransaction : public Kind {
 public:
  explicit LmdbTransaction(std::shared_ptr<LmdbCore> core) : core_(std::move(core)) {}

  Result<std::optional<ByteSpan>> get(Table table, ByteSpan key) override {
    TERN_CHECK(transaction_ != nullptr);
    TERN_ASSIGN(const auto row, RowKey::make(table, key));
    MDB_val name = value_of(row.span());
    MDB_val value;
    const int code = mdb_get(transaction_, tree, &name, &value);
    if (code == MDB_NOTFOUND) return std::optional<ByteSpan>();
    if (code) return lmdb_error(code, "read");
    if (!core_->map().holds_value(row.span().size(), bytes_of(value)))
      return lmdb_error(MDB_CORRUPTED, "read");
    return std::optional<ByteSpan>(bytes_of(value));
  }
  Result<void> scan(Table table, ByteSpan prefix, ByteSpan first,
                    const ReadTransaction::Visit& visit) override {
    TERN_CHECK(transaction_ != nullptr);
    TERN_ASSIGN(const auto range, RowRange::make(table, prefix, first));
    Cursor cursor(transaction_, core_->map());
    cursor.seek_up(range.first(), false);
    while (cursor.at_row() && range.within(cursor.key())) {
      const auto at = RowKey::stored(cursor.key());
      const auto writes_before = writes_;
      if (visit(at.user_part(), cursor.value()) == Scan::stop) return {};
      if (writes_ == writes_before)
        cursor.move(MDB_NEXT);
      else
        cursor.seek_up(at.span(), true);  // the visitor's write moved the rows about
    }
    return cursor.status();
  }
  Result<void> scan_back(Table table, ByteSpan prefix, ByteSpan last,
                         const ReadTransaction::Visit& visit) override {
    TERN_CHECK(transaction_ != nullptr);
    TERN_ASSIGN(const auto range, RowRange::make_back(table, prefix, last));
    Cursor cursor(transaction_, core_->map());
    cursor.seek_down(range.last(), range.includes_last());
    while (cursor.at_row() && range.within(cursor.key())) {
      const auto at = RowKey::stored(cursor.key());
      const auto writes_before = writes_;
      if (visit(at.user_part(), cursor.value()) == Scan::stop) return {};
      if (writes_ == writes_before)
        cursor.move(MDB_PREV);
      else
        cursor.seek_down(at.span(), false);
    }
    return cursor.status();
  }

 protected:
  LmdbCore& core() { return *core_; }
  MDB_txn* transaction() const { return transaction_; }
  void hold(MDB_txn* transaction) { transaction_ = transaction; }
  MDB_txn* release() { return std::exchange(transaction_, nullptr); }
  void count_write() { ++writes_; }

 private:
  std::shared_ptr<LmdbCore> core_;
  MDB_txn* transaction_ = nullptr;
  std::uint64_t writes_ = 0;
};

class LmdbRead final : public LmdbTransaction<ReadTransaction> {
 public:
  using LmdbTransaction::LmdbTransaction;
  ~LmdbRead() override {
    if (auto* const open = release()) core().end_read(open);
  }
  Result<void> begin() {
    TERN_ASSIGN(MDB_txn* const begun, core().begin_read());
    hold(begun);
    return {};
  }
};

class LmdbWrite final : public LmdbTransaction<WriteTransaction> {
 public:
  using LmdbTransaction::LmdbTransaction;
  ~LmdbWrite() override {
    if (auto* const open = release()) core().end_write(open);
  }
  Result<void> begin() {
    TERN_ASSIGN(MDB_txn* const begun, core().begin_write());
    hold(begun);
    return {};
  }

  Result<void> put(Table table, ByteSpan key, ByteSpan value) override {
    TERN_CHECK(transaction() != nullptr);
    TERN_ASSIGN(const auto row, RowKey::make(table, key));
    TERN_TRY(check_value(value));
    count_write();
    bytes_put_ += value.size();
    MDB_val name = value_of(row.span());
    MDB_val content = value_of(value);
    if (const int code = mdb_put(transaction(), tree, &name, &content, 0))
      return lmdb_error(code, "write");
    return {};
  }
  Result<void> erase(Table table, ByteSpan key) override {
    TERN_CHECK(transaction() != nullptr);
    TERN_ASSIGN(const auto row, RowKey::make(table, key));
    count_write();
    MDB_val name = value_of(row.span());
    const int code = mdb_del(transaction(), tree, &name, nullptr);
    if (code && code != MDB_NOTFOUND) return lmdb_error(code, "erase");
    return {};
  }
  Result<void> commit(Durability durability) override {
    TERN_CHECK(transaction() != nullptr);
    return core().commit(release(), durability, bytes_put_);
  }

 private:
  std::uint64_t bytes_put_ = 0;
};

}  // namespace

Result<std::unique_ptr<ReadTransaction>> begin_lmdb_read(std::shared_ptr<LmdbCore> core) {
  auto out = std::make_unique<LmdbRead>(std::move(core));
  TERN_TRY(out->begin());
  return std::unique_ptr<ReadTransaction>(std::move(out));
}

Result<std::unique_ptr<WriteTransaction>> begin_lmdb_write(std::shared_ptr<LmdbCore> core) {
  auto out = std::make_unique<LmdbWrite>(std::move(core));
  TERN_TRY(out->begin());
  return std::unique_ptr<WriteTransaction>(std::move(out));
}

}  // namespace tern::store
