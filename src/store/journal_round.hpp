// The row by which a database names its journal's round, in the environment's own table.
#pragma once

#include "store/journal.hpp"

namespace tern::store {

/// Whose records are not home yet, and the length of the journal's file in bytes.
struct RoundRow {
  JournalRound round;
  std::uint64_t journal_bytes = 0;
};

/// nullopt: there is no journal. Errors: storage_damaged, the rows'.
Result<std::optional<RoundRow>> read_round(ReadTransaction& rows);
Result<void> write_round(WriteTransaction& rows, const RoundRow& row);
/// What is in a journal then is nothing of this database's.
Result<void> erase_round(WriteTransaction& rows);

}  // namespace tern::store
