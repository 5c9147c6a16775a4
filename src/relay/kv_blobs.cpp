// KvLogTransaction: blobs, their chunks, and what an account's take together.
#include <algorithm>

#include "base/check.hpp"
#include "base/codec.hpp"
#include "base/try.hpp"
#include "relay/kv_log_transaction.hpp"
#include "relay/tables.hpp"

namespace tern::relay {
namespace {

// Keys are our own: as long as they were written.
Result<BlobName> blob_at_end(Reader key) {
  BlobName out;
  TERN_TRY(key.number<std::uint32_t>());
  TERN_ASSIGN(out.owner, key.fixed<AccountId>());
  TERN_ASSIGN(out.address, key.fixed<BlobAddress>());
  return out;
}

Result<DroppedBlob> read_dropped(Reader key, ByteSpan value) {
  DroppedBlob out;
  TERN_ASSIGN(out.owner, key.fixed<AccountId>());
  TERN_ASSIGN(out.number, key.number<std::uint64_t>());
  TERN_ASSIGN(out.chunks, decode_number(value));
  return out;
}

}  // namespace

Result<BlobUse> KvLogTransaction::blob_use(const AccountId& owner) {
  TERN_ASSIGN(const auto row, rows_.get(tables::blob_uses, owner));
  if (!row) return BlobUse{};
  return decode_blob_use(*row);
}

Result<std::optional<BlobRow>> KvLogTransaction::blob(const BlobName& blob) {
  TERN_ASSIGN(const auto row, rows_.get(tables::blobs, Key(blob.owner, blob.address)));
  std::optional<BlobRow> out;
  if (row) {
    TERN_ASSIGN(out, decode_blob_row(*row));
  }
  return out;
}

Result<void> KvLogTransaction::begin_blob(const BlobName& blob, BlobRow& row) {
  TERN_ASSIGN(auto use, blob_use(blob.owner));
  row.number = use.next_number++;
  ++use.blobs;
  use.room += row.room;
  TERN_TRY(put(tables::blob_uses, blob.owner, encode(use)));
  TERN_TRY(put(tables::blob_dues, Key::day_and_blob(row.due_day, blob), {}));
  return put(tables::blobs, Key(blob.owner, blob.address), encode(row));
}

Result<void> KvLogTransaction::add_blob_chunk(const BlobName& blob, BlobRow& row, ByteSpan chunk,
                                              const crypto::Blake2bDigest& hash) {
  const Key key(blob.owner, row.number, row.chunks);
  TERN_TRY(put(tables::blob_chunks, key, chunk));
  TERN_TRY(put(tables::blob_hashes, key, hash));
  ++row.chunks;
  return put(tables::blobs, Key(blob.owner, blob.address), encode(row));
}

Result<void> KvLogTransaction::complete_blob(const BlobName& blob, BlobRow& row) {
  row.complete = true;
  return put(tables::blobs, Key(blob.owner, blob.address), encode(row));
}

Result<void> KvLogTransaction::set_blob_due(const BlobName& blob, BlobRow& row,
                                            std::uint32_t due_day) {
  if (due_day == row.due_day) return {};
  TERN_TRY(erase(tables::blob_dues, Key::day_and_blob(row.due_day, blob)));
  row.due_day = due_day;
  TERN_TRY(put(tables::blob_dues, Key::day_and_blob(row.due_day, blob), {}));
  return put(tables::blobs, Key(blob.owner, blob.address), encode(row));
}

Result<ByteSpan> KvLogTransaction::blob_chunk(const BlobName& blob, const BlobRow& row,
                                              std::uint32_t chunk) {
  TERN_ASSIGN(const auto bytes, rows_.get(tables::blob_chunks, Key(blob.owner, row.number, chunk)));
  if (!bytes) return Error(Errc::storage_damaged, "a chunk of a blob is missing");
  return *bytes;
}

Result<std::vector<crypto::Blake2bDigest>> KvLogTransaction::blob_hashes(const BlobName& blob,
                                                                         const BlobRow& row) {
  std::vector<crypto::Blake2bDigest> out;
  out.reserve(row.chunks);
  const Key prefix(blob.owner, row.number);
  TERN_TRY(rows_.scan(tables::blob_hashes, prefix, prefix, [&](ByteSpan, ByteSpan value) {
    if (const auto hash = crypto::Blake2bDigest::from(value)) out.push_back(*hash);
    return Scan::next;
  }));
  if (out.size() != row.chunks)
    return Error(Errc::storage_damaged, "the hash of a blob's chunk is missing");
  return out;
}

Result<void> KvLogTransaction::drop_blob(const BlobName& blob, const BlobRow& row) {
  TERN_ASSIGN(auto use, blob_use(blob.owner));
  TERN_CHECK(use.blobs > 0 && use.room >= row.room);
  --use.blobs;
  use.room -= row.room;
  TERN_TRY(put_lazily(tables::blob_uses, blob.owner, encode(use)));
  TERN_TRY(erase_lazily(tables::blob_dues, Key::day_and_blob(row.due_day, blob)));
  TERN_TRY(erase_lazily(tables::blobs, Key(blob.owner, blob.address)));
  if (row.chunks == 0) return {};
  return put_lazily(tables::dropped_blobs, Key(blob.owner, row.number), encode_number(row.chunks));
}

Result<std::vector<BlobName>> KvLogTransaction::due_blobs(std::uint32_t day_max,
                                                          std::size_t count_max) {
  std::vector<BlobName> out;
  Result<void> outcome;
  TERN_TRY(rows_.scan(tables::blob_dues, {}, {}, [&](ByteSpan key, ByteSpan) {
    std::uint32_t day = 0;
    for (auto byte : key.first(4)) day = day << 8 | byte;
    if (day > day_max || out.size() == count_max) return Scan::stop;
    const auto blob = blob_at_end(Reader(key));
    if (!blob) {
      outcome = blob.error();
      return Scan::stop;
    }
    out.push_back(*blob);
    return Scan::next;
  }));
  TERN_TRY(outcome);
  return out;
}

Result<std::vector<DroppedBlob>> KvLogTransaction::dropped_blobs(std::size_t count_max) {
  std::vector<DroppedBlob> out;
  Result<void> outcome;
  TERN_TRY(rows_.scan(tables::dropped_blobs, {}, {}, [&](ByteSpan key, ByteSpan value) {
    if (out.size() == count_max) return Scan::stop;
    const auto dropped = read_dropped(Reader(key), value);
    if (!dropped) {
      outcome = dropped.error();
      return Scan::stop;
    }
    out.push_back(*dropped);
    return Scan::next;
  }));
  TERN_TRY(outcome);
  return out;
}

Result<void> KvLogTransaction::erase_dropped(const DroppedBlob& blob, std::size_t count_max) {
  const auto left = blob.chunks - std::min<std::uint64_t>(blob.chunks, count_max);
  for (auto chunk = left; chunk < blob.chunks; ++chunk) {
    const Key key(blob.owner, blob.number, chunk);
    TERN_TRY(erase_lazily(tables::blob_chunks, key));
    TERN_TRY(erase_lazily(tables::blob_hashes, key));
  }
  const Key key(blob.owner, blob.number);
  if (left == 0) return erase_lazily(tables::dropped_blobs, key);
  return put_lazily(tables::dropped_blobs, key, encode_number(left));
}

}  // namespace tern::relay
