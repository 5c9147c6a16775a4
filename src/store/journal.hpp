// A journal before the tables: a commit appends one row of changes, and what it changes is brought
// into its tables later, a little with every commit, in the order of keys.
//
// A commit of a hundred rows in a hundred places of a tree writes a hundred pages. Here it writes
// the few of one row at the end of the tree, and by the time that a place comes round several
// changes lie there, of which the tree gets the last. What waits is in memory too, where reads find
// it first; opened again, it is read from the journal. All is in the one database and its
// transactions: what a commit means is what it means there.
#pragma once

#include "store/port.hpp"

namespace tern::store {

struct JournalOptions {
  Table table;                                 ///< the journal's own
  std::size_t pending_bytes = 4u << 20;        ///< as much waits, or a little more
  std::size_t row_bytes_max = 256u << 10;      ///< a transaction with more goes into the tables
  std::size_t waiting_value_bytes_max = 2048;  ///< so does a value with more
};

/// For one thread, readers too. A failed commit makes the next transaction read the journal anew.
/// Errors: storage_damaged, and those of `base`.
Result<std::unique_ptr<Environment>> open_journaled(std::unique_ptr<Environment> base,
                                                    const JournalOptions& options);

}  // namespace tern::store
