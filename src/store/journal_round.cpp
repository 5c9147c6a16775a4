#include "store/journal_round.hpp"

#include "base/codec.hpp"
#include "store/schema.hpp"

namespace tern::store {

namespace {

// Its row: the name (32), the length (8).
constexpr std::string_view round_key = "journal";
constexpr std::uint64_t journal_bytes_max = std::uint64_t{1} << 30;

}  // namespace

Result<std::optional<RoundRow>> read_round(ReadTransaction& rows) {
  TERN_ASSIGN(const auto row, rows.get(environment_table, as_bytes(round_key)));
  if (!row) return std::optional<RoundRow>();
  Reader reader(*row);
  const auto round = reader.fixed<JournalRound>();
  const auto bytes = reader.number<std::uint64_t>();
  const bool fits =
      bytes && *bytes > 0 && *bytes <= journal_bytes_max && *bytes % Journal::block_bytes == 0;
  if (!round || !fits || !reader.empty())
    return Error(Errc::storage_damaged, "the row that names the journal's round does not parse");
  return std::optional(RoundRow{*round, *bytes});
}

Result<void> write_round(WriteTransaction& rows, const RoundRow& row) {
  Writer writer;
  writer.raw(row.round).number(row.journal_bytes);
  return rows.put(environment_table, as_bytes(round_key), writer.span());
}

Result<void> erase_round(WriteTransaction& rows) {
  return rows.erase(environment_table, as_bytes(round_key));
}

}  // namespace tern::store
