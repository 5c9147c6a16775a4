#include "relay/rows.hpp"

#include <algorithm>

#include "base/codec.hpp"

namespace tern::relay {
namespace {

// At most, beside the payload.
constexpr std::size_t entry_row_bytes = 2 + 16 + 8 + 16 + 8 + 32 + 16 + 8;
// A row of one entry begins with its kind, which is not 0; a row of several with this, and each of
// them with its length.
constexpr std::uint8_t several = 0;
constexpr std::size_t length_bytes = 4;
// Of several: four pages of LMDB's.
constexpr std::size_t row_bytes_max = 4 * 4096 - 16;

// What a reader of our own rows finds wrong was not written by us.
template <class T>
Result<T> or_damaged(Result<T> decoded) {
  if (!decoded) return Error(Errc::storage_damaged, "a row of the relay's database does not parse");
  return decoded;
}

Result<std::int64_t> time_s(Reader& reader) {
  TERN_ASSIGN(const auto seconds, reader.number<std::uint64_t>());
  return static_cast<std::int64_t>(seconds);
}

Result<LogState> read_log_state(Reader reader) {
  LogState out;
  TERN_ASSIGN(const auto kind, reader.number<std::uint8_t>());
  out.kind = static_cast<LogKind>(kind);
  TERN_ASSIGN(out.head, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.base, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.first_kept, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.generation, reader.number<std::uint32_t>());
  TERN_ASSIGN(out.members, reader.number<std::uint32_t>());
  TERN_ASSIGN(out.expiry_day, reader.number<std::uint32_t>());
  TERN_ASSIGN(out.hash, reader.fixed<wire::LogHash>());
  TERN_ASSIGN(out.forgotten_hash, reader.fixed<wire::LogHash>());
  TERN_ASSIGN(out.lost_first, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.lost_last, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.base_hash, reader.fixed<wire::LogHash>());
  TERN_TRY(reader.finish());
  return out;
}

// Beside the payload: what is kept of a Welcome is never parsed to find it.
Result<SharedGroupInfo> read_shared_group_info(Reader& reader) {
  SharedGroupInfo out;
  TERN_ASSIGN(out.log, reader.fixed<LogId>());
  TERN_ASSIGN(out.commit_seq, reader.number<std::uint64_t>());
  return out;
}

Result<EntryRow> read_entry_row(std::uint64_t seq, Reader reader) {
  EntryRow out;
  out.seq = seq;
  TERN_ASSIGN(const auto kind, reader.number<std::uint8_t>());
  // No entry's kind: among several it would be one that cannot be written again alone.
  if (kind == several) return Errc::storage_damaged;
  out.kind = static_cast<wire::EntryKind>(kind);
  TERN_ASSIGN(const auto shared, reader.number<std::uint8_t>());
  TERN_ASSIGN(out.id, reader.fixed<EntryId>());
  TERN_ASSIGN(out.base, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.author, reader.fixed<DeviceId>());
  TERN_ASSIGN(out.stored_s, time_s(reader));
  TERN_ASSIGN(out.hash, reader.fixed<wire::LogHash>());
  if (shared != 0) {
    TERN_ASSIGN(out.group_info, read_shared_group_info(reader));
  }
  out.payload = reader.rest();
  return out;
}

Result<ByteSpan> read_entry_bytes(Reader& reader) {
  TERN_ASSIGN(const auto length, reader.number<std::uint32_t>());
  return reader.raw(length);
}

bool begins_several(ByteSpan bytes) { return !bytes.empty() && bytes.front() == several; }

Result<std::uint64_t> read_count(Reader reader) {
  if (!begins_several(reader.rest())) return std::uint64_t{1};
  TERN_TRY(reader.number<std::uint8_t>());
  std::uint64_t out = 0;
  for (; !reader.empty(); ++out) TERN_TRY(read_entry_bytes(reader));
  return out;
}

Result<Scan> read_entries(std::uint64_t seq, Reader reader, std::uint64_t from,
                          const LogTransaction::VisitEntry& visit) {
  if (!begins_several(reader.rest())) {
    if (seq < from) return Scan::next;
    TERN_ASSIGN(const auto row, read_entry_row(seq, reader));
    return visit(row);
  }
  TERN_TRY(reader.number<std::uint8_t>());
  for (; !reader.empty(); ++seq) {
    TERN_ASSIGN(const auto bytes, read_entry_bytes(reader));
    if (seq < from) continue;
    TERN_ASSIGN(const auto row, read_entry_row(seq, Reader(bytes)));
    if (visit(row) == Scan::stop) return Scan::stop;
  }
  return Scan::next;
}

std::uint8_t* write_entry(std::uint8_t* at, const EntryRow& row) {
  const auto raw = [&at](ByteSpan bytes) { at = std::copy(bytes.begin(), bytes.end(), at); };
  const auto number = [&at](std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) *at++ = static_cast<std::uint8_t>(value >> shift);
  };
  *at++ = static_cast<std::uint8_t>(row.kind);
  *at++ = row.group_info ? 1 : 0;
  raw(row.id);
  number(row.base);
  raw(row.author);
  number(static_cast<std::uint64_t>(row.stored_s));
  raw(row.hash);
  if (row.group_info) {
    raw(row.group_info->log);
    number(row.group_info->commit_seq);
  }
  raw(row.payload);
  return at;
}

Result<Membership> read_membership(Reader reader) {
  Membership out;
  TERN_ASSIGN(out.acked, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.struck_seq, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.struck_s, time_s(reader));
  TERN_ASSIGN(out.rejoin_s, time_s(reader));
  TERN_ASSIGN(out.joined, reader.number<std::uint64_t>());
  for (auto& append : out.appends) {
    TERN_ASSIGN(append.first, reader.number<std::uint64_t>());
    TERN_ASSIGN(append.count, reader.number<std::uint32_t>());
  }
  TERN_TRY(reader.finish());
  return out;
}

Result<DeviceRow> read_device_row(Reader reader) {
  DeviceRow out;
  TERN_ASSIGN(out.account, reader.fixed<AccountId>());
  TERN_ASSIGN(out.device_key, reader.fixed<crypto::VerifyKey>());
  TERN_ASSIGN(out.transport_key, reader.fixed<crypto::DhPublicKey>());
  TERN_ASSIGN(out.issued_s, time_s(reader));
  TERN_ASSIGN(const auto revoked, reader.number<std::uint8_t>());
  out.revoked = revoked != 0;
  TERN_TRY(reader.finish());
  return out;
}

Result<AccountRow> read_account_row(Reader reader) {
  AccountRow out;
  TERN_ASSIGN(out.list_number, reader.number<std::uint32_t>());
  out.device_list = to_bytes(reader.rest());
  return out;
}

Result<BlobRow> read_blob_row(Reader reader) {
  BlobRow out;
  TERN_ASSIGN(out.bytes, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.room, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.number, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.chunks, reader.number<std::uint32_t>());
  TERN_ASSIGN(const auto complete, reader.number<std::uint8_t>());
  out.complete = complete != 0;
  TERN_ASSIGN(out.due_day, reader.number<std::uint32_t>());
  TERN_TRY(reader.finish());
  return out;
}

Result<BlobUse> read_blob_use(Reader reader) {
  BlobUse out;
  TERN_ASSIGN(out.blobs, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.room, reader.number<std::uint64_t>());
  TERN_ASSIGN(out.next_number, reader.number<std::uint64_t>());
  TERN_TRY(reader.finish());
  return out;
}

Result<std::uint64_t> read_number(Reader reader) {
  TERN_ASSIGN(const auto number, reader.number<std::uint64_t>());
  TERN_TRY(reader.finish());
  return number;
}

}  // namespace

std::uint64_t number_at_end(ByteSpan key) {
  std::uint64_t out = 0;
  for (const auto byte : key.last(8)) out = out << 8 | byte;
  return out;
}

Bytes encode(const LogState& state) {
  Writer writer;
  writer.reserve(160);
  writer.number(static_cast<std::uint8_t>(state.kind))
      .number(state.head)
      .number(state.base)
      .number(state.first_kept)
      .number(state.generation)
      .number(state.members)
      .number(state.expiry_day)
      .raw(state.hash)
      .raw(state.forgotten_hash)
      .number(state.lost_first)
      .number(state.lost_last)
      .raw(state.base_hash);
  return std::move(writer).take();
}

Result<LogState> decode_log_state(ByteSpan bytes) {
  return or_damaged(read_log_state(Reader(bytes)));
}

void encode_into(Bytes& out, const EntryRow& row) {
  out.resize(entry_row_bytes + row.payload.size());
  const auto* const end = write_entry(out.data(), row);
  out.resize(static_cast<std::size_t>(end - out.data()));
}

Result<EntryRow> decode_entry_row(std::uint64_t seq, ByteSpan bytes) {
  return or_damaged(read_entry_row(seq, Reader(bytes)));
}

void encode_into(Bytes& out, std::span<const EntryRow> entries) {
  if (entries.size() == 1) return encode_into(out, entries.front());
  std::size_t most = 1;
  for (const auto& entry : entries) most += length_bytes + entry_row_bytes + entry.payload.size();
  out.resize(most);
  auto* at = out.data();
  *at++ = several;
  for (const auto& entry : entries) {
    auto* const begin = at + length_bytes;
    const auto length = static_cast<std::uint32_t>(write_entry(begin, entry) - begin);
    for (int shift = 24; shift >= 0; shift -= 8) *at++ = static_cast<std::uint8_t>(length >> shift);
    at += length;
  }
  out.resize(static_cast<std::size_t>(at - out.data()));
}

std::size_t entries_in_row(std::span<const EntryRow> entries) {
  std::size_t bytes = 1;
  std::size_t out = 0;
  for (const auto& entry : entries) {
    bytes += length_bytes + entry_row_bytes + entry.payload.size();
    if (out > 0 && (bytes > row_bytes_max || entry.seq != entries.front().seq + out)) break;
    ++out;
  }
  return out;
}

Result<std::uint64_t> count_entries(ByteSpan bytes) {
  return or_damaged(read_count(Reader(bytes)));
}

Result<Scan> visit_entries(std::uint64_t first_seq, ByteSpan bytes, std::uint64_t from,
                           const LogTransaction::VisitEntry& visit) {
  return or_damaged(read_entries(first_seq, Reader(bytes), from, visit));
}

Bytes encode(const Membership& membership) {
  Writer writer;
  writer.reserve(96);
  writer.number(membership.acked)
      .number(membership.struck_seq)
      .number(static_cast<std::uint64_t>(membership.struck_s))
      .number(static_cast<std::uint64_t>(membership.rejoin_s))
      .number(membership.joined);
  for (const auto& append : membership.appends) writer.number(append.first).number(append.count);
  return std::move(writer).take();
}

Result<Membership> decode_membership(ByteSpan bytes) {
  return or_damaged(read_membership(Reader(bytes)));
}

Bytes encode(const DeviceRow& row) {
  Writer writer;
  writer.raw(row.account)
      .raw(row.device_key)
      .raw(row.transport_key)
      .number(static_cast<std::uint64_t>(row.issued_s))
      .number(static_cast<std::uint8_t>(row.revoked ? 1 : 0));
  return std::move(writer).take();
}

Result<DeviceRow> decode_device_row(ByteSpan bytes) {
  return or_damaged(read_device_row(Reader(bytes)));
}

Bytes encode(const AccountRow& row) {
  Writer writer;
  writer.number(row.list_number).raw(row.device_list);
  return std::move(writer).take();
}

Result<AccountRow> decode_account_row(ByteSpan bytes) {
  return or_damaged(read_account_row(Reader(bytes)));
}

Bytes encode(const BlobRow& row) {
  Writer writer;
  writer.number(row.bytes)
      .number(row.room)
      .number(row.number)
      .number(row.chunks)
      .number(static_cast<std::uint8_t>(row.complete ? 1 : 0))
      .number(row.due_day);
  return std::move(writer).take();
}

Result<BlobRow> decode_blob_row(ByteSpan bytes) { return or_damaged(read_blob_row(Reader(bytes))); }

Bytes encode(const BlobUse& use) {
  Writer writer;
  writer.number(use.blobs).number(use.room).number(use.next_number);
  return std::move(writer).take();
}

Result<BlobUse> decode_blob_use(ByteSpan bytes) { return or_damaged(read_blob_use(Reader(bytes))); }

Bytes encode_number(std::uint64_t number) {
  Writer writer;
  writer.number(number);
  return std::move(writer).take();
}

Result<std::uint64_t> decode_number(ByteSpan bytes) {
  return or_damaged(read_number(Reader(bytes)));
}

}  // namespace tern::relay
