// Changes that are not in their tables yet, seen over the tables as if they were.
#pragma once

#include "store/memory_rows.hpp"

namespace tern::store {

struct Change {
  std::optional<ByteSpan> value;  ///< nullopt: the row is erased
  std::uint64_t journal_row = 0;  ///< which row of the journal says so; see journal_core.hpp
};
/// By key as RowKey has it. Who has them keeps the bytes of keys and values.
using Changes = std::map<ByteSpan, Change, KeyLess>;

class Overlay final : public ReadTransaction {
 public:
  /// Both outlive it. Meanwhile `changes` may be added to and replaced as the port allows a writer
  /// to, but none is taken out: a scan's place among them stays good.
  Overlay(const Changes& changes, ReadTransaction& below) : changes_(changes), below_(below) {}

  Result<std::optional<ByteSpan>> get(Table table, ByteSpan key) override;
  Result<void> scan(Table table, ByteSpan prefix, ByteSpan first, const Visit& visit) override;
  Result<void> scan_back(Table table, ByteSpan prefix, ByteSpan last, const Visit& visit) override;

 private:
  const Changes& changes_;
  ReadTransaction& below_;
};

}  // namespace tern::store
