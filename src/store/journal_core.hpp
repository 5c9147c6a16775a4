// The rows of a journal and what waits in them: a queue, in at its end and home from its head.
//
// A row's key is its number, 8 bytes big-endian; there is none missing between the first and the
// last. Its value is one or more changes:
//   kind (1 byte: 1 put, 2 erase, 3 home) || key<V>, table number first || of a put, value<V>
// `home`: the table has it, whatever rows before this one say.
#pragma once

#include <deque>

#include "store/journal.hpp"
#include "store/overlay.hpp"

namespace tern::store {

/// The journal's rows, and what of their changes is in no table yet: a view of them.
struct Waiting {
  std::deque<std::shared_ptr<const Bytes>> rows;
  Changes changes;
};

class JournalCore {
 public:
  JournalCore(std::unique_ptr<Environment> tables, const JournalOptions& options)
      : tables_(std::move(tables)), options_(options) {}

  Environment& tables() { return *tables_; }

  /// What waits, as of the last commit; `tables` is a transaction of now. Errors: storage_damaged,
  /// storage_io.
  Result<std::shared_ptr<const Waiting>> waiting(ReadTransaction& tables);

  /// Keeps them: in the journal, or in the tables where it is no use. Their bytes may go then.
  /// Errors: as WriteTransaction's.
  Result<void> commit(WriteTransaction& tables, const Changes& changes, Durability durability);

  /// After storage_full, while no transaction lives: brings home what waits, as far as it can. What
  /// makes room has to make it at once then.
  void make_room();

 private:
  Result<void> load(ReadTransaction& tables);
  Result<void> take_row(std::shared_ptr<const Bytes> row);
  bool is_empty() const { return waiting_->rows.empty(); }

  Result<void> change(WriteTransaction& tables, Durability durability,
                      const std::function<Result<void>()>& work);
  Result<void> write(WriteTransaction& tables, const Changes& changes);
  Result<void> append(WriteTransaction& tables, const Changes& changes);
  Result<void> write_through(WriteTransaction& tables, const Changes& changes);
  Result<void> put_row(WriteTransaction& tables, Bytes row);

  /// Until no more is left in rows of the journal, or about as much has gone home as it may.
  Result<void> bring_home(WriteTransaction& tables, std::size_t bytes_max,
                          std::size_t rows_bytes_left);
  Result<std::size_t> bring_neighbours(WriteTransaction& tables, Changes::iterator first,
                                       std::size_t bytes_max);
  Result<void> bring_home_apart(std::size_t bytes_max);

  std::unique_ptr<Environment> tables_;
  JournalOptions options_;
  std::shared_ptr<Waiting> waiting_;
  bool doubtful_ = true;     // what is here may not be what is on the disk
  std::uint64_t first_ = 1;  // the number of the first row
  std::size_t rows_bytes_ = 0;
  bool full_ = false;  // the disk, since the journal was empty
};

}  // namespace tern::store
