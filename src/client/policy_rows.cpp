#include "client/policy_rows.hpp"

#include <algorithm>

#include "base/try.hpp"

namespace tern::client::policy_rows {

Result<std::optional<Policy>> get(const ReadRows& rows, const RowId& chat) {
  TERN_ASSIGN(const auto row, rows.get(tables::policies, chat));
  if (!row) return std::optional<Policy>();
  auto policy = policy_in({{mls::extension_tern_policy, to_bytes(*row)}});
  if (!policy) return Error(Errc::storage_damaged, "a group's rules do not parse");
  return std::optional(std::move(policy).value());
}

Result<void> note(Rows& rows, const RowId& chat, const Policy& policy) {
  const auto extensions = extensions_with(policy);
  const auto& data = extensions.front().data;
  TERN_ASSIGN(const auto row, rows.get(tables::policies, chat));
  if (row && std::equal(row->span().begin(), row->span().end(), data.begin(), data.end()))
    return {};
  return rows.put(tables::policies, chat, data);
}

}  // namespace tern::client::policy_rows
