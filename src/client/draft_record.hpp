// A recording, or a file, on its way into the folder: what is known of it while it grows.
#pragma once

#include "client/blob_record.hpp"

namespace tern::client {

enum class DraftKind : std::uint8_t {
  voice = 1,
  file = 2,  ///< from a file: nothing without its program, dropped when the folder is opened again
};

/// What a recording came to: its first `keep` bytes, then `tail`.
struct VoiceEnding {
  VoiceClip clip;
  VoiceHash packets_hash;
  std::uint64_t keep = 0;
  ByteSpan tail;
};

struct DraftRecord {
  DraftKind kind = DraftKind::voice;
  MessageId id;  ///< of the message that it becomes
  ChatId chat;
  std::int64_t started_ms = 0;
  std::uint64_t written = 0;  ///< bytes of content
  std::uint64_t sealed = 0;   ///< of them in chunks; the rest lies in rows of tables::draft_bytes
  std::uint32_t chunks = 0;
  crypto::Secret<32> key;
  crypto::BlobHeader header;
  SecretBytes stream;  ///< before the next chunk; empty: start
  ChunkStoreId store;
  /// Once it is finished:
  std::optional<VoiceClip> clip;
  VoiceHash packets_hash;

  crypto::BlobStream next_stream() const { return stream_from(stream, key, header); }
};

crypto::SecretBytes encode(const DraftRecord& record);
/// Errors: storage_damaged.
Result<DraftRecord> decode_draft_record(ByteSpan bytes);

}  // namespace tern::client
