// Blobs as rows: a record each, and its chunks as they cross the wire.
#pragma once

#include "client/blob_record.hpp"

namespace tern::client::blobs {

Result<std::optional<BlobRecord>> get(const ReadRows& rows, const BlobId& id);
/// Writes the record; what is under way is found again by under_way() after a restart.
Result<void> put(Rows& rows, const BlobRecord& record);
/// The record and its chunks.
Result<void> erase(Rows& rows, const BlobRecord& record);
/// All that the relay has said to have since then, and nothing is to be moved of.
Result<std::vector<BlobRecord>> uploaded(const ReadRows& rows, std::int64_t since_ms);
/// Whether under_way() names it though it is finished, until put() is called again.
Result<void> set_unproven(Rows& rows, const BlobId& id, bool unproven);
/// All that are under way, or unproven.
Result<std::vector<BlobId>> under_way(const ReadRows& rows);

Result<void> put_chunk(Rows& rows, const ChunkStoreId& store, std::uint32_t number, ByteSpan chunk);
/// Errors: storage_damaged where there is none.
Result<SecretBytes> chunk(const ReadRows& rows, const ChunkStoreId& store, std::uint32_t number);
Result<void> erase_chunks(Rows& rows, const ChunkStoreId& store);
/// What the chunks that are here are the chunks of.
Result<BlobAddress> address_of(const ReadRows& rows, const ChunkStoreId& store,
                               std::uint64_t cipher_bytes);

}  // namespace tern::client::blobs
