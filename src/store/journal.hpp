// A journal before the tables: a commit appends a row with all that it changes, and what it changes
// goes into its own tables later, a little with every commit, the oldest first and its neighbours
// with it.
//
// A commit of a hundred rows in a hundred places of a tree writes a hundred pages. Here it writes
// the few of a row at the end of the tree, and by the time that a place comes round several changes
// lie there, of which the tree gets the last. What waits is in memory too, where reads find it
// first; opened again, it is read from the journal. All is in the one database and its
// transactions: what a commit means is what it means there, and so does it wait for the disk.
#pragma once

#include "store/port.hpp"

namespace tern::store {

struct JournalOptions {
  Table table;  ///< the journal's own
  /// The journal's rows have as many, or those of one transaction more. A transaction with more
  /// goes straight into the tables. Half of value_bytes_max is the most.
  std::size_t waiting_bytes = 1u << 20;
  /// Where a transaction begins another row: with it, no less is brought home at a time.
  std::size_t row_bytes = 16'000;
};

/// For one thread, readers too. A write transaction's puts and erases do not reach `tables` before
/// its commit, so that one may fail with what port.hpp says of them, too; after a commit that
/// failed, the next transaction reads the journal anew. Errors: storage_damaged, and those of
/// `tables`.
Result<std::unique_ptr<Environment>> open_journaled(std::unique_ptr<Environment> tables,
                                                    const JournalOptions& options);

}  // namespace tern::store
