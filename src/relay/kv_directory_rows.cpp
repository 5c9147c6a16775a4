#include "relay/kv_directory_rows.hpp"

#include "base/codec.hpp"
#include "relay/tables.hpp"

namespace tern::relay {
namespace {

constexpr std::size_t epoch_bytes = 4;

// Numbers big-endian, so that keys sort by them.
Bytes epoch_key(std::uint32_t epoch) {
  Writer writer;
  writer.number(epoch);
  return std::move(writer).take();
}

Bytes tag_key(std::uint32_t epoch, wire::Tag tag) {
  auto out = epoch_key(epoch);
  wire::append_tag(out, tag);
  return out;
}

Bytes member_key(std::uint32_t epoch, wire::Tag tag, const AccountId& account) {
  auto out = tag_key(epoch, tag);
  out.insert(out.end(), account.bytes.begin(), account.bytes.end());
  return out;
}

Bytes segment_key(std::uint32_t epoch, std::uint8_t segment) {
  auto out = epoch_key(epoch);
  out.push_back(segment);
  return out;
}

Bytes change_key(std::uint32_t epoch, std::uint64_t version) {
  Writer writer;
  writer.number(epoch).number(version);
  return std::move(writer).take();
}

Bytes encode(const EpochRow& row) {
  Writer writer;
  writer.number(static_cast<std::uint8_t>(row.state))
      .vector(row.sealed_key)
      .number(row.version)
      .number(row.members)
      .number(row.first_change)
      .number(row.base_version)
      .raw(row.filled_to);
  return std::move(writer).take();
}

Result<EpochRow> decode_epoch(ByteSpan key, ByteSpan value) {
  Reader in_key(key), reader(value);
  EpochRow out;
  TERN_ASSIGN(out.number, in_key.number<std::uint32_t>());
  TERN_ASSIGN(const auto state, reader.number<std::uint8_t>());
  out.state = static_cast<EpochRow::State>(state);
  TERN_ASSIGN(const auto sealed, reader.vector());
  out.sealed_key = to_bytes(sealed);
  TERN_ASSIGN(out.version, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.members, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.first_change, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.base_version, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.filled_to, reader.fixed<NumberId>());
  return out;
}

Bytes encode(const ChangeRow& row) {
  Bytes out = {static_cast<std::uint8_t>(row.added ? 1 : 0)};
  wire::append_tag(out, row.tag);
  out.insert(out.end(), row.account.bytes.begin(), row.account.bytes.end());
  return out;
}

Result<ChangeRow> decode_change(ByteSpan value) {
  Reader reader(value);
  ChangeRow out;
  TERN_ASSIGN(const auto added, reader.number<std::uint8_t>());
  out.added = added != 0;
  TERN_ASSIGN(const auto tag, reader.raw(wire::tag_bytes));
  out.tag = wire::tag_at(tag, 0);
  TERN_ASSIGN(out.account, reader.fixed<AccountId>());
  return out;
}

Bytes encode(const MeterRow& row) {
  Writer writer;
  writer.number(row.spent_micro)
      .number(static_cast<std::uint64_t>(row.at_s))
      .number(row.epoch)
      .number(row.charged)
      .number(row.free_left)
      .raw(row.last_batch);
  return std::move(writer).take();
}

Result<MeterRow> decode_meter(ByteSpan value) {
  Reader reader(value);
  MeterRow out;
  TERN_ASSIGN(out.spent_micro, reader.number<std::uint64_t>());
  TERN_ASSIGN(const auto at_s, reader.number<std::uint64_t>());
  out.at_s = static_cast<std::int64_t>(at_s);
  TERN_ASSIGN(out.epoch, reader.number<std::uint32_t>());
  TERN_ASSIGN(out.charged, reader.number<std::uint32_t>());
  TERN_ASSIGN(out.free_left, reader.number<std::uint32_t>());
  TERN_ASSIGN(out.last_batch, (reader.fixed<decltype(out.last_batch)>()));
  return out;
}

// Rows are this program's own: one that does not parse is damage.
template <class T>
Result<T> sound(Result<T> row) {
  if (row) return row;
  return Error(Errc::storage_damaged, "a row of the directory does not parse");
}

}  // namespace

Result<void> KvDirectoryRows::put(store::Table table, ByteSpan key, ByteSpan value) {
  wrote_ = true;
  return rows_.put(table, key, value);
}

Result<void> KvDirectoryRows::erase(store::Table table, ByteSpan key) {
  wrote_ = true;
  return rows_.erase(table, key);
}

Result<std::vector<EpochRow>> KvDirectoryRows::epochs() {
  std::vector<EpochRow> out;
  Result<void> outcome;
  TERN_TRY(rows_.scan(tables::directory_epochs, {}, {}, [&](ByteSpan key, ByteSpan value) {
    auto row = sound(decode_epoch(key, value));
    if (!row) {
      outcome = row.error();
      return store::Scan::stop;
    }
    out.push_back(std::move(*row));
    return store::Scan::next;
  }));
  TERN_TRY(outcome);
  return out;
}

Result<void> KvDirectoryRows::put_epoch(const EpochRow& row) {
  return put(tables::directory_epochs, epoch_key(row.number), encode(row));
}

Result<void> KvDirectoryRows::erase_epoch(std::uint32_t epoch) {
  return erase(tables::directory_epochs, epoch_key(epoch));
}

Result<bool> KvDirectoryRows::has_member(std::uint32_t epoch, wire::Tag tag,
                                         const AccountId& account) {
  TERN_ASSIGN(const auto row,
              rows_.get(tables::directory_members, member_key(epoch, tag, account)));
  return row.has_value();
}

Result<void> KvDirectoryRows::put_member(std::uint32_t epoch, wire::Tag tag,
                                         const AccountId& account, ByteSpan record) {
  return put(tables::directory_members, member_key(epoch, tag, account), record);
}

Result<void> KvDirectoryRows::erase_member(std::uint32_t epoch, wire::Tag tag,
                                           const AccountId& account) {
  return erase(tables::directory_members, member_key(epoch, tag, account));
}

Result<void> KvDirectoryRows::members(ByteSpan prefix, const VisitMember& visit) {
  return rows_.scan(tables::directory_members, prefix, {}, [&](ByteSpan key, ByteSpan record) {
    const auto rest = key.subspan(epoch_bytes);
    return visit(wire::tag_at(rest, 0), *AccountId::from(rest.last(AccountId::size_bytes)),
                 record);
  });
}

Result<void> KvDirectoryRows::members_with(std::uint32_t epoch, wire::Tag tag,
                                           const VisitMember& visit) {
  return members(tag_key(epoch, tag), visit);
}

Result<void> KvDirectoryRows::members_in(std::uint32_t epoch, std::uint8_t segment,
                                         const VisitMember& visit) {
  return members(segment_key(epoch, segment), visit);
}

Result<std::optional<std::uint64_t>> KvDirectoryRows::segment_version(std::uint32_t epoch,
                                                                      std::uint8_t segment) {
  TERN_ASSIGN(const auto row,
              rows_.get(tables::directory_segments, segment_key(epoch, segment)));
  if (!row) return std::optional<std::uint64_t>();
  TERN_ASSIGN(const auto version, sound(Reader(*row).number<std::uint64_t>()));
  return std::optional(version);
}

Result<void> KvDirectoryRows::put_segment_version(std::uint32_t epoch, std::uint8_t segment,
                                                  std::uint64_t version) {
  Writer writer;
  writer.number(version);
  return put(tables::directory_segments, segment_key(epoch, segment), writer.span());
}

Result<void> KvDirectoryRows::put_change(std::uint32_t epoch, std::uint64_t version,
                                         const ChangeRow& row) {
  return put(tables::directory_changes, change_key(epoch, version), encode(row));
}

Result<void> KvDirectoryRows::changes(std::uint32_t epoch, std::uint64_t from, std::uint64_t to,
                                      const VisitChange& visit) {
  Result<void> outcome;
  TERN_TRY(rows_.scan(tables::directory_changes, epoch_key(epoch), change_key(epoch, from),
                      [&](ByteSpan key, ByteSpan value) {
                        const auto version = Reader(key.subspan(epoch_bytes)).number<std::uint64_t>();
                        if (!version || *version > to) return store::Scan::stop;
                        const auto row = sound(decode_change(value));
                        if (row) return visit(*version, *row);
                        outcome = row.error();
                        return store::Scan::stop;
                      }));
  return outcome;
}

Result<void> KvDirectoryRows::erase_changes(std::uint32_t epoch, std::uint64_t from,
                                            std::uint64_t to) {
  for (auto version = from; version <= to; ++version)
    TERN_TRY(erase(tables::directory_changes, change_key(epoch, version)));
  return {};
}

Result<std::size_t> KvDirectoryRows::erase_some(store::Table table, ByteSpan prefix,
                                                std::size_t count_max) {
  std::vector<Bytes> keys;
  TERN_TRY(rows_.scan(table, prefix, {}, [&](ByteSpan key, ByteSpan) {
    if (keys.size() == count_max) return store::Scan::stop;
    keys.push_back(to_bytes(key));
    return store::Scan::next;
  }));
  for (const auto& key : keys) TERN_TRY(erase(table, key));
  return keys.size();
}

Result<std::size_t> KvDirectoryRows::erase_rows_of(std::uint32_t epoch, std::size_t count_max) {
  std::size_t out = 0;
  const auto prefix = epoch_key(epoch);
  for (const auto table : {tables::directory_members, tables::directory_changes,
                           tables::directory_segments}) {
    TERN_ASSIGN(const auto erased, erase_some(table, prefix, count_max - out));
    out += erased;
  }
  return out;
}

Result<std::optional<MeterRow>> KvDirectoryRows::meter(const AccountId& account) {
  TERN_ASSIGN(const auto row, rows_.get(tables::directory_meters, account));
  if (!row) return std::optional<MeterRow>();
  TERN_ASSIGN(const auto meter, sound(decode_meter(*row)));
  return std::optional(meter);
}

Result<void> KvDirectoryRows::put_meter(const AccountId& account, const MeterRow& row) {
  return put(tables::directory_meters, account, encode(row));
}

Result<void> KvDirectoryRows::erase_meter(const AccountId& account) {
  return erase(tables::directory_meters, account);
}

}  // namespace tern::relay
