#include "blob_maker.hpp"

#include "relay/kv_log_store.hpp"
#include "relay/tables.hpp"

namespace tern::relay::test {

ByteSpan Blob::chunk(std::uint32_t index) const {
  return ByteSpan(bytes).subspan(index * chunk_bytes,
                                 crypto::blob_chunk_bytes(bytes.size(), index));
}

wire::PutBlob Blob::put(std::uint32_t index) const {
  return {address, bytes.size(), index, chunk(index)};
}

wire::PutBlob Blob::probe() const { return {address, bytes.size(), 0, {}}; }

Blob make_blob(World& world, std::size_t bytes) {
  Blob out;
  out.bytes.resize(bytes);
  world.entropy.fill(out.bytes);
  std::vector<crypto::Blake2bDigest> hashes;
  for (std::uint32_t i = 0; i < out.chunks(); ++i) hashes.push_back(crypto::blake2b(out.chunk(i)));
  out.address = crypto::blob_address(bytes, hashes);
  return out;
}

Blob make_false_blob(World& world, std::size_t bytes) {
  return {Bytes(bytes, 7), world.random<BlobAddress>()};
}

void upload(World& world, ConnectionId connection, const Blob& blob) {
  for (std::uint32_t i = 0; i < blob.chunks(); ++i) {
    const auto stored = as<wire::BlobStored>(world.ask(connection, blob.put(i)));
    REQUIRE(stored.chunks == i + 1);
    REQUIRE(stored.complete == (i + 1 == blob.chunks()));
  }
}

wire::BlobStored probe(World& world, ConnectionId connection, const Blob& blob) {
  return as<wire::BlobStored>(world.ask(connection, blob.probe()));
}

wire::Answer get(World& world, ConnectionId connection, const AccountId& owner, const Blob& blob,
                 std::uint32_t chunk) {
  return world.ask(connection, wire::GetBlob{owner, blob.address, chunk});
}

bool comes_back(World& world, ConnectionId connection, const AccountId& owner, const Blob& blob) {
  Bytes bytes;
  for (std::uint32_t i = 0; i < blob.chunks(); ++i) {
    const auto chunk = as<wire::BlobChunk>(get(world, connection, owner, blob, i));
    if (chunk.chunk != i) return false;
    bytes.insert(bytes.end(), chunk.payload.begin(), chunk.payload.end());
  }
  return bytes == blob.bytes;
}

Written naming(World& world, const std::vector<BlobAddress>& blobs) {
  wire::EntryHeader header;
  header.entry_id = world.random<EntryId>();
  header.blobs = blobs;
  Written out;
  out.payload = std::make_shared<const Bytes>(private_message(1, header, "a file"));
  out.entry.id = header.entry_id;
  out.entry.payload = *out.payload;
  return out;
}

BlobUse blob_use(World& world, const AccountId& owner) {
  BlobUse out;
  KvLogStore store(*world.environment);
  store
      .transact([&](LogTransaction& rows) -> Result<void> {
        out = rows.blob_use(owner).value();
        return {};
      })
      .value();
  return out;
}

BlobRows blob_rows(World& world) {
  const auto rows = world.environment->read().value();
  const auto count = [&](store::Table table) {
    std::size_t out = 0;
    rows->scan(table, {}, {},
               [&](ByteSpan, ByteSpan) {
                 ++out;
                 return Scan::next;
               })
        .value();
    return out;
  };
  return {count(tables::blobs), count(tables::blob_chunks), count(tables::blob_hashes),
          count(tables::blob_dues), count(tables::dropped_blobs)};
}

std::vector<wire::BlobHead> blob_notices(World& world, ConnectionId connection) {
  std::vector<wire::BlobHead> out;
  for (const auto& push : world.pushes(connection)) {
    const auto* const notice = std::get_if<wire::Notice>(&push);
    if (notice && notice->what == wire::Notice::What::blob_advanced) out.push_back(notice->blob);
  }
  return out;
}

}  // namespace tern::relay::test
