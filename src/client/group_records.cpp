#include "client/group_records.hpp"

#include "base/try.hpp"

namespace tern::client {

Result<std::optional<SecretBytes>> OpenRows::get(store::Table table, ByteSpan key) const {
  if (rows_) return rows_->get(table, key);
  TERN_ASSIGN(const auto transaction, environment_.read());
  return ReadRows(*transaction, sealer_).get(table, key);
}

Result<std::optional<SecretBytes>> GroupRecords::get(ByteSpan key) const {
  TERN_ASSIGN(auto found, open_.get(table_, row_key(chat_, key)));
  if (!found && beneath_ && mls::is_of_tree(key)) return beneath_->get(key);
  if (found && found->empty()) return std::optional<SecretBytes>();
  return found;
}

Result<void> GroupRecords::erase_first(Rows& rows, mls::RecordChanges::Erase what) const {
  if (what == mls::RecordChanges::Erase::everything) return erase(rows);
  if (what == mls::RecordChanges::Erase::nothing) return {};
  for (const auto kind : mls::epoch_record_kinds)
    TERN_TRY(rows.erase_all(table_, row_key(chat_, ByteSpan(&kind, 1))));
  return {};
}

Result<void> GroupRecords::write(Rows& rows, const mls::RecordChanges& changes) const {
  TERN_TRY(erase_first(rows, changes.first));
  for (const auto& change : changes.changes) {
    const auto key = row_key(chat_, change.key);
    // An empty one hides what lies beneath.
    const bool hides = !change.value && beneath_ && mls::is_of_tree(change.key);
    if (change.value || hides) {
      TERN_TRY(rows.put(table_, key, change.value ? change.value->span() : ByteSpan()));
    } else {
      TERN_TRY(rows.erase(table_, key));
    }
  }
  return {};
}

Result<void> GroupRecords::sink(Rows& rows) const {
  TERN_TRY(beneath_->erase_first(rows, mls::RecordChanges::Erase::epoch_records));
  std::vector<std::pair<Bytes, SecretBytes>> records;
  TERN_TRY(rows.scan(table_, chat_, {}, [&](ByteSpan key, ByteSpan value) -> Result<Scan> {
    records.emplace_back(to_bytes(key), SecretBytes(value));
    return Scan::next;
  }));
  for (const auto& [key, value] : records)
    TERN_TRY(value.empty() ? rows.erase(beneath_->table_, key)
                           : rows.put(beneath_->table_, key, value));
  return erase(rows);
}

}  // namespace tern::client
