// What this device keeps of a blob: what opens it, where its chunks are, and how far it has come.
#pragma once

#include "client/tables.hpp"
#include "crypto/blob.hpp"
#include "tern/message.hpp"
#include "wire/content.hpp"

namespace tern::client {

/// Under which a blob's chunks stand: there before the address is known.
using ChunkStoreId = FixedBytes<struct ChunkStoreIdTag, 16>;

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
  std::int64_t sent_ms = 0;    ///< when it was sent: after the retention there is nothing to fetch
  std::uint32_t have = 0;      ///< chunks on this disk
  std::uint32_t at_relay = 0;  ///< up: chunks that the relay has said it has
  bool wanted = false;         ///< down: to be fetched without being asked again
  bool finished = false;  ///< up: the relay has it; down: it is here, and its address was checked
  Errc failure{};
  SecretBytes stream;  ///< down: the secretstream's state before chunk `have`; empty: start

  std::uint32_t chunks() const { return static_cast<std::uint32_t>(crypto::blob_chunks(bytes)); }
  /// Whether there is something to be moved.
  bool under_way() const { return !finished && (way == Way::up ? failure == Errc{} : wanted); }
  crypto::BlobStream next_stream() const;
};

crypto::SecretBytes encode(const BlobRecord& record);
/// Errors: storage_damaged.
Result<BlobRecord> decode_blob_record(ByteSpan bytes);

/// What an app sees of it.
Media media_of(const BlobRecord& record);

}  // namespace tern::client
