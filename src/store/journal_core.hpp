// What is waiting in a journal, and its way into the tables.
#pragma once

#include "base/codec.hpp"
#include "store/journal.hpp"
#include "store/pending_rows.hpp"

namespace tern::store {

/// A row of the journal: changes in the order in which they were made.
class ChangeWriter {
 public:
  void put(ByteSpan key, ByteSpan value) { begin(Kind::put, key).vector(value); }
  void erase(ByteSpan key) { begin(Kind::erase, key); }
  /// The row is in its table: what earlier rows say of it is over.
  void settle(ByteSpan key) { begin(Kind::settle, key); }
  std::size_t size() const { return writer_.size(); }
  ByteSpan span() const { return writer_.span(); }

  /// Errors: storage_damaged.
  static Result<void> replay(ByteSpan row, PendingRows& pending);

 private:
  enum class Kind : std::uint8_t { put = 1, erase = 2, settle = 3 };
  Writer& begin(Kind kind, ByteSpan key) {
    return writer_.number(static_cast<std::uint8_t>(kind)).vector(key);
  }
  Writer writer_;
};

class JournalCore {
 public:
  JournalCore(std::unique_ptr<Environment> base, const JournalOptions& options)
      : base_(std::move(base)), options_(options) {}

  Environment& base() { return *base_; }
  const JournalOptions& options() const { return options_; }
  PendingRows& pending() { return pending_; }

  /// What is said here of the journal may not be what is there.
  void doubt() { doubtful_ = true; }
  /// Reads the journal if that is so.
  Result<void> make_sure(ReadTransaction& tables);

  /// The changes of one transaction; older ones are brought into their tables beside it.
  Result<void> append(WriteTransaction& tables, ByteSpan changes);
  /// All into their tables: the journal is empty then. To be kept, or made sure of.
  Result<void> settle_all(WriteTransaction& tables);
  /// The transaction was committed.
  void committed();

 private:
  Result<void> load(ReadTransaction& tables);
  Result<bool> settle_next(WriteTransaction& tables, std::size_t& bytes);
  Result<void> settle(WriteTransaction& tables, std::size_t bytes);
  Result<void> drop_rows(WriteTransaction& tables, std::uint64_t count_max);
  void end_round();

  std::unique_ptr<Environment> base_;
  JournalOptions options_;
  PendingRows pending_;
  bool doubtful_ = true;
  // Rows of the journal, by number: those that are there, and those of which nothing waits any
  // more.
  std::uint64_t first_ = 1;
  std::uint64_t next_ = 1;
  std::uint64_t settled_below_ = 1;
  /// How far the present round through the keys has come, and the row that was next when it began.
  Bytes round_at_;
  std::uint64_t round_began_ = 1;
};

}  // namespace tern::store
