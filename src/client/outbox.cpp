#include "client/outbox.hpp"

#include <algorithm>

#include "client/record_codec.hpp"
#include "tern/limits.hpp"

namespace tern::client {

crypto::SecretBytes encode(const OutboxRow& row) {
  RecordWriter writer;
  writer.number(static_cast<std::uint8_t>(row.kind))
      .raw(row.id)
      .number(row.again_order)
      .raw(row.tag)
      .vector(row.ciphertext);
  return std::move(writer).take();
}

Result<OutboxRow> decode_outbox_row(ByteSpan bytes) {
  RecordReader reader(bytes);
  OutboxRow out;
  out.kind = static_cast<OutboxKind>(reader.number<std::uint8_t>());
  out.id = reader.fixed<EntryId>();
  out.again_order = reader.number<std::uint64_t>();
  out.tag = reader.fixed<EpochTag>();
  out.ciphertext = to_bytes(reader.vector());
  TERN_TRY(reader.finish("outbox"));
  return out;
}

namespace outbox {
namespace {

// Everything that was sent and not yet seen fits one append, and stands at the front.
constexpr std::size_t sent_rows_max = limits::batch_entries_max;

}  // namespace

Result<void> put(Rows& rows, const RowId& chat, std::uint64_t number, const OutboxRow& row) {
  return rows.put(tables::outbox, row_key(chat, number), encode(row));
}

Result<void> erase(Rows& rows, const RowId& chat, std::uint64_t number) {
  return rows.erase(tables::outbox, row_key(chat, number));
}

Result<std::optional<OutboxRow>> get(const ReadRows& rows, const RowId& chat,
                                     std::uint64_t number) {
  TERN_ASSIGN(const auto row, rows.get(tables::outbox, row_key(chat, number)));
  if (!row) return std::optional<OutboxRow>();
  TERN_ASSIGN(auto out, decode_outbox_row(*row));
  return std::optional(std::move(out));
}

Result<std::vector<NumberedRow>> front(const ReadRows& rows, const RowId& chat, std::size_t count) {
  std::vector<NumberedRow> out;
  TERN_TRY(rows.scan(tables::outbox, chat, {}, [&](ByteSpan key, ByteSpan value) -> Result<Scan> {
    if (out.size() == count) return Scan::stop;
    TERN_ASSIGN(auto row, decode_outbox_row(value));
    out.push_back({number_in(key), std::move(row)});
    return out.size() == count ? Scan::stop : Scan::next;
  }));
  return out;
}

Result<std::optional<NumberedRow>> find(const ReadRows& rows, const RowId& chat,
                                        const EntryId& id) {
  std::optional<NumberedRow> found;
  std::size_t seen = 0;
  TERN_TRY(rows.scan(tables::outbox, chat, {}, [&](ByteSpan key, ByteSpan value) -> Result<Scan> {
    TERN_ASSIGN(auto row, decode_outbox_row(value));
    if (row.id == id) found = NumberedRow{number_in(key), std::move(row)};
    return found || ++seen == sent_rows_max ? Scan::stop : Scan::next;
  }));
  return found;
}

Result<std::vector<NumberedRow>> all(const ReadRows& rows, const RowId& chat) {
  return front(rows, chat, SIZE_MAX);
}

}  // namespace outbox
}  // namespace tern::client
