// A message's sound or file as bytes in clear, read while its chunks arrive.
#pragma once

#include <functional>
#include <vector>

#include "client/media_reading.hpp"
#include "tern/voice_player.hpp"

namespace tern::net {

/// Chunk `number` of the blob, from the folder.
using ReadChunk = std::function<Result<client::MediaChunk>(std::uint32_t number)>;

/// Opens chunks in their order and remembers where the stream stood at each, so that going back
/// costs one chunk. One chunk is held in clear. Errors of read(): blob_damaged, media_not_here (it
/// is not being fetched), what the fetching failed with.
class MediaSource final : public VoiceSource {
 public:
  MediaSource(client::MediaAccess access, ReadChunk read_chunk);

  /// Of content; all of it, here or not.
  std::uint64_t bytes() const;
  Result<std::size_t> read(std::uint64_t offset, MutableByteSpan into) override;
  Result<bool> complete() override;

 private:
  bool is_inline() const { return access_.blob.is_zero(); }
  /// Whether the chunk is here; then it is the one in clear.
  Result<bool> open(std::uint32_t number);
  Result<bool> open_next();

  client::MediaAccess access_;
  ReadChunk read_chunk_;
  std::uint32_t chunks_ = 0;
  std::vector<crypto::BlobStream> streams_;  ///< before chunk 0, 1, 2 …
  crypto::SecretBytes content_;
  std::optional<std::uint32_t> content_of_;  ///< its chunk
  bool complete_ = false;
};

}  // namespace tern::net
