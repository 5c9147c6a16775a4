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

/// One chat's records: in tables::groups those of its present epoch; in tables::next_groups, of the
/// epoch that the own pending commit begins, those that differ. Of the tree, which is most of it,
/// the others lie beneath, and stay there until the log has a commit, which ends the pending one.
class GroupRecords final : public mls::RecordSource {
 public:
  GroupRecords(const OpenRows& open, store::Table table, const RowId& chat,
               const GroupRecords* beneath = nullptr)
      : open_(open), table_(table), chat_(chat), beneath_(beneath) {}
  Result<std::optional<SecretBytes>> get(ByteSpan key) const override;
  Result<void> write(Rows& rows, const mls::RecordChanges& changes) const;
  /// RFC 9420 §9.2: what is no longer needed is erased, or a stolen device reads history.
  Result<void> erase(Rows& rows) const { return rows.erase_all(table_, chat_); }
  /// The epoch has begun: the records take their places among those beneath, whose epoch is over.
  Result<void> sink(Rows& rows) const;

 private:
  Result<void> erase_first(Rows& rows, mls::RecordChanges::Erase what) const;

  const OpenRows& open_;
  store::Table table_;
  RowId chat_;
  const GroupRecords* beneath_;
};

}  // namespace tern::client
