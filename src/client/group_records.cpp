#include "client/group_records.hpp"

#include "base/try.hpp"

namespace tern::client {

Result<std::optional<SecretBytes>> OpenRows::get(store::Table table, ByteSpan key) const {
  if (rows_) return rows_->get(table, key);
  TERN_ASSIGN(const auto transaction, environment_.read());
  return ReadRows(*transaction, sealer_).get(table, key);
}

Result<void> GroupRecords::write(Rows& rows, const mls::RecordChanges& changes) const {
  if (changes.replace_all) TERN_TRY(erase(rows));
  for (const auto& change : changes.changes) {
    const auto key = row_key(chat_, change.key);
    TERN_TRY(change.value ? rows.put(table_, key, *change.value) : rows.erase(table_, key));
  }
  return {};
}

Result<void> GroupRecords::move_to(Rows& rows, const GroupRecords& other) const {
  TERN_TRY(other.erase(rows));
  std::vector<std::pair<Bytes, SecretBytes>> records;
  TERN_TRY(rows.scan(table_, chat_, {}, [&](ByteSpan key, ByteSpan value) -> Result<Scan> {
    records.emplace_back(to_bytes(key), SecretBytes(value));
    return Scan::next;
  }));
  for (const auto& [key, value] : records) TERN_TRY(rows.put(other.table_, key, value));
  return erase(rows);
}

}  // namespace tern::client
