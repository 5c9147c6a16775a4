#include "client/blob_rows.hpp"

#include "base/try.hpp"

namespace tern::client::blobs {
namespace {

RowId record_key(const ReadRows& rows, const BlobId& id) {
  return rows.sealer().row_id(tables::blobs, id);
}
RowId chunks_key(const ReadRows& rows, const ChunkStoreId& store) {
  return rows.sealer().row_id(tables::chunks, store);
}

}  // namespace

Result<std::optional<BlobRecord>> get(const ReadRows& rows, const BlobId& id) {
  TERN_ASSIGN(const auto row, rows.get(tables::blobs, record_key(rows, id)));
  if (!row) return std::optional<BlobRecord>();
  TERN_ASSIGN(auto record, decode_blob_record(*row));
  return std::optional(std::move(record));
}

Result<void> put(Rows& rows, const BlobRecord& record) {
  const auto key = record_key(rows, record.id());
  TERN_TRY(rows.put(tables::blobs, key, encode(record)));
  if (record.under_way()) return rows.put(tables::transfers, key, record.id());
  return rows.erase(tables::transfers, key);
}

Result<void> set_unproven(Rows& rows, const BlobId& id, bool unproven) {
  const auto key = record_key(rows, id);
  return unproven ? rows.put(tables::transfers, key, id) : rows.erase(tables::transfers, key);
}

Result<void> erase(Rows& rows, const BlobRecord& record) {
  const auto key = record_key(rows, record.id());
  TERN_TRY(rows.erase(tables::blobs, key));
  TERN_TRY(rows.erase(tables::transfers, key));
  return erase_chunks(rows, record.store);
}

Result<std::vector<BlobRecord>> uploaded(const ReadRows& rows, std::int64_t since_ms) {
  std::vector<BlobRecord> out;
  TERN_TRY(rows.scan(tables::blobs, {}, {}, [&](ByteSpan, ByteSpan value) -> Result<Scan> {
    TERN_ASSIGN(auto record, decode_blob_record(value));
    if (record.way == BlobRecord::Way::up && record.finished && record.since_ms >= since_ms)
      out.push_back(std::move(record));
    return Scan::next;
  }));
  return out;
}

Result<std::vector<BlobId>> under_way(const ReadRows& rows) {
  std::vector<BlobId> out;
  TERN_TRY(rows.scan(tables::transfers, {}, {}, [&](ByteSpan, ByteSpan value) -> Result<Scan> {
    if (const auto id = BlobId::from(value)) out.push_back(*id);
    return Scan::next;
  }));
  return out;
}

Result<void> put_chunk(Rows& rows, const ChunkStoreId& store, std::uint32_t number,
                       ByteSpan chunk) {
  const auto key = row_key(chunks_key(rows, store), number);
  TERN_TRY(rows.put(tables::chunks, key, chunk));
  return rows.put(tables::chunk_hashes, key, crypto::blake2b(chunk));
}

Result<SecretBytes> chunk(const ReadRows& rows, const ChunkStoreId& store, std::uint32_t number) {
  TERN_ASSIGN(auto out, rows.get(tables::chunks, row_key(chunks_key(rows, store), number)));
  if (!out) return Error(Errc::storage_damaged, "a blob's chunk is missing");
  return std::move(*out);
}

Result<void> erase_chunks(Rows& rows, const ChunkStoreId& store) {
  const auto key = chunks_key(rows, store);
  TERN_TRY(rows.erase_all(tables::chunks, key));
  return rows.erase_all(tables::chunk_hashes, key);
}

Result<BlobAddress> address_of(const ReadRows& rows, const ChunkStoreId& store,
                               std::uint64_t cipher_bytes) {
  std::vector<crypto::Blake2bDigest> hashes;
  TERN_TRY(rows.scan(tables::chunk_hashes, chunks_key(rows, store), {},
                     [&](ByteSpan, ByteSpan value) -> Result<Scan> {
                       const auto hash = crypto::Blake2bDigest::from(value);
                       if (hash) hashes.push_back(*hash);
                       return Scan::next;
                     }));
  if (hashes.size() != crypto::blob_chunks(cipher_bytes))
    return Error(Errc::storage_damaged, "a blob's chunk is missing");
  return crypto::blob_address(cipher_bytes, hashes);
}

}  // namespace tern::client::blobs
