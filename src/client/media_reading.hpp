// What is needed to read a message's sound or file: what opens it, and its chunks as they are here.
#pragma once

#include "client/blob_record.hpp"

namespace tern::client {

class Chat;

struct MediaAccess {
  std::optional<VoiceClip> clip;  ///< a voice message's
  VoiceHash packets_hash;
  SecretBytes audio;  ///< all of it, when it is in the message itself; then `blob` is zero
  // Otherwise:
  BlobId blob;
  std::uint64_t bytes = 0;
  crypto::Secret<32> key;
  crypto::BlobHeader header;
};

struct MediaChunk {
  std::optional<SecretBytes> ciphertext;  ///< nullopt: not here
  bool coming = true;                     ///< whether it may still come without being asked for
  Errc failure{};                         ///< why not
};

namespace media {
/// The message with this id, of this device if one is named, else the one that was first.
/// Errors: not_found (no such message, or it has neither sound nor file).
Result<MediaAccess> open(const ReadRows& rows, const Chat& chat, const MessageId& id,
                         const std::optional<DeviceId>& device);
/// Errors: not_found.
Result<MediaChunk> chunk(const ReadRows& rows, const BlobId& blob, std::uint32_t number);
}  // namespace media

}  // namespace tern::client
