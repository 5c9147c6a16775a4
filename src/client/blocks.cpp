#include "client/blocks.hpp"

namespace tern::client::blocks {
namespace {

RowId blocked_row(const ReadRows& rows, const AccountId& account) {
  return rows.sealer().row_id(tables::blocks, account);
}

RowId refused_row(const ReadRows& rows, const LogId& log) {
  return rows.sealer().row_id(tables::refused_logs, log);
}

}  // namespace

Result<void> put(Rows& rows, const AccountId& account) {
  return rows.put(tables::blocks, blocked_row(rows, account), account);
}

Result<void> erase(Rows& rows, const AccountId& account) {
  return rows.erase(tables::blocks, blocked_row(rows, account));
}

Result<bool> has(const ReadRows& rows, const AccountId& account) {
  TERN_ASSIGN(const auto row, rows.get(tables::blocks, blocked_row(rows, account)));
  return row.has_value();
}

Result<std::vector<AccountId>> all(const ReadRows& rows) {
  std::vector<AccountId> out;
  TERN_TRY(rows.scan(tables::blocks, {}, {}, [&](ByteSpan, ByteSpan value) -> Result<Scan> {
    const auto account = AccountId::from(value);
    if (!account) return Error(Errc::storage_damaged, "a blocked account's row does not parse");
    out.push_back(*account);
    return Scan::next;
  }));
  return out;
}

Result<void> refuse(Rows& rows, const LogId& log) {
  return rows.put(tables::refused_logs, refused_row(rows, log), {});
}

Result<bool> is_refused(const ReadRows& rows, const LogId& log) {
  TERN_ASSIGN(const auto row, rows.get(tables::refused_logs, refused_row(rows, log)));
  return row.has_value();
}

Result<void> allow(Rows& rows, const LogId& log) {
  TERN_ASSIGN(const bool refused, is_refused(rows, log));
  return refused ? rows.erase(tables::refused_logs, refused_row(rows, log)) : Result<void>();
}

}  // namespace tern::client::blocks
