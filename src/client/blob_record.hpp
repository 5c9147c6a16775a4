// What this device keeps of a blob: what opens it, where its chunks are, and how far it has come.
#pragma once

#include "client/tables.hpp"
#include "crypto/blob.hpp"
#include "tern/message.hpp"
#include "wire/content.hpp"

namespace tern::client {

/// Under which a blob's chunks stand: there before the address is known.
using ChunkStoreId = FixedBytes<struct ChunkStoreIdTag, 16>;

/// Under which a blob is known here: a hash of all that a message says of it. Whoever names
/// another's blob with a wrong key or length has named another blob.
using BlobId = FixedBytes<struct BlobIdTag, 32>;
BlobId id_of(const wire::BlobRef& ref);
/// The one that a message's content points at.
std::optional<BlobId> blob_in(ByteSpan content);

/// Where a blob's stream stands: at `state`, or at its start where there is none.
crypto::BlobStream stream_from(ByteSpan state, const crypto::Secret<32>& key,
                               const crypto::BlobHeader& header);

struct BlobRecord {
  enum class Way : std::uint8_t { up = 1, down = 2 };
  Way way = Way::down;
  AccountId owner;
  BlobAddress address;
  std::uint64_t bytes = 0;
  crypto::Secret<32> key;
  crypto::BlobHeader header;
  ChunkStoreId store;
  ChatId chat;
  MessageId message;
  DeviceId device;             ///< the message's sender
  std::int64_t since_ms = 0;   ///< by this device's clock: when it was sent, or its message came
  std::uint32_t have = 0;      ///< chunks on this disk
  std::uint32_t at_relay = 0;  ///< up: chunks that the relay has said it has
  bool wanted = false;         ///< down: to be fetched without being asked again
  bool finished = false;  ///< up: the relay has it; down: it is here, and its address was checked
  Errc failure{};
  SecretBytes stream;  ///< down: the secretstream's state before chunk `have`; empty: start

  BlobId id() const { return id_of({owner, address, bytes, key.span(), header}); }
  std::uint32_t chunks() const { return static_cast<std::uint32_t>(crypto::blob_chunks(bytes)); }
  /// Whether there is something to be moved.
  bool under_way() const { return !finished && (way == Way::up ? failure == Errc{} : wanted); }
  crypto::BlobStream next_stream() const { return stream_from(stream, key, header); }
};

crypto::SecretBytes encode(const BlobRecord& record);
/// Errors: storage_damaged.
Result<BlobRecord> decode_blob_record(ByteSpan bytes);

/// What an app sees of it.
Media media_of(const BlobRecord& record);

}  // namespace tern::client
