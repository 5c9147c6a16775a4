// Blobs as their owners upload them, and chats whose entries name them.
#pragma once

#include "chat.hpp"
#include "crypto/blob.hpp"
#include "relay/log_store.hpp"

namespace tern::relay::test {

/// Ciphertext with its address; it looks like any other bytes to a relay.
struct Blob {
  Bytes bytes;
  BlobAddress address;

  std::uint32_t chunks() const {
    return static_cast<std::uint32_t>(crypto::blob_chunks(bytes.size()));
  }
  ByteSpan chunk(std::uint32_t index) const;
  wire::PutBlob put(std::uint32_t index) const;
  wire::PutBlob probe() const;
};
Blob make_blob(World& world, std::size_t bytes);
/// One that is told from others by its address only, which its bytes do not have.
Blob make_false_blob(World& world, std::size_t bytes);

/// All of it, one chunk after the other.
void upload(World& world, ConnectionId connection, const Blob& blob);
wire::BlobStored probe(World& world, ConnectionId connection, const Blob& blob);
wire::Answer get(World& world, ConnectionId connection, const AccountId& owner, const Blob& blob,
                 std::uint32_t chunk = 0);
/// Whether all of it comes back as it was uploaded.
bool comes_back(World& world, ConnectionId connection, const AccountId& owner, const Blob& blob);

/// A message that names these blobs.
Written naming(World& world, const std::vector<BlobAddress>& blobs);

/// What the relay's rows say of an account's blobs together.
BlobUse blob_use(World& world, const AccountId& owner);
/// Chunks on the disk, whether of a blob or left by a dropped one; rows of other tables of blobs.
struct BlobRows {
  std::size_t blobs = 0, chunks = 0, hashes = 0, dues = 0, dropped = 0;
  friend bool operator==(const BlobRows&, const BlobRows&) = default;
};
BlobRows blob_rows(World& world);

/// What was pushed of blobs, taken with everything else that was pushed.
std::vector<wire::BlobHead> blob_notices(World& world, ConnectionId connection);

constexpr std::size_t chunk_bytes = limits::blob_chunk_bytes;
constexpr std::int64_t blob_day_ms = 86'400'000;

/// Anna uploads, Bo receives.
struct BlobTalk : AnnaAndBo {
  using AnnaAndBo::AnnaAndBo;

  void restart() {
    world.restart();
    at_anna = world.resume(anna);
    at_bo = world.resume(bo);
  }
  /// Time passes, and the relay does what is due.
  void pass_days(std::int64_t days, std::int64_t ms = 0) {
    world.pass_ms(days * blob_day_ms + ms);
    as<wire::Done>(world.ask(at_anna, wire::Ping{}));
    world.settle();
  }
};

}  // namespace tern::relay::test
