// Where one chat's MLS state lies: mls asks for records here, and changes are written from here.
#pragma once

#include "client/tables.hpp"
#include "mls/records.hpp"

namespace tern::client {

/// Reads inside the transaction that is open, if one is: mls must see what was just written.
class OpenRows {
 public:
  explicit OpenRows(store::Environment& environment, const store::Sealer& sealer)
      : environment_(environment), sealer_(sealer) {}
  void enter(const ReadRows* rows) { rows_ = rows; }
  Result<std::optional<SecretBytes>> get(store::Table table, ByteSpan key) const;

 private:
  store::Environment& environment_;
  const store::Sealer& sealer_;
  const ReadRows* rows_ = nullptr;
};

/// One chat's records in tables::groups or tables::next_groups.
class GroupRecords final : public mls::RecordSource {
 public:
  GroupRecords(const OpenRows& open, store::Table table, const RowId& chat)
      : open_(open), table_(table), chat_(chat) {}
  Result<std::optional<SecretBytes>> get(ByteSpan key) const override {
    return open_.get(table_, row_key(chat_, key));
  }
  Result<void> write(Rows& rows, const mls::RecordChanges& changes) const;
  /// RFC 9420 §9.2: what is no longer needed is erased, or a stolen device reads history.
  Result<void> erase(Rows& rows) const { return rows.erase_all(table_, chat_); }
  /// Moves every record to `other`, whose own records go.
  Result<void> move_to(Rows& rows, const GroupRecords& other) const;

 private:
  const OpenRows& open_;
  store::Table table_;
  RowId chat_;
};

}  // namespace tern::client
