// What recordings and files hold. The engine does not look into it, so bytes from the seed stand
// for sound.
#pragma once

#include "sim/world.hpp"

namespace tern::sim {

inline Bytes sound_of(World& world, std::size_t bytes) {
  Bytes out(bytes);
  world.entropy().fill(out);
  return out;
}

inline VoiceClip clip_of(std::uint64_t samples) {
  VoiceClip out;
  out.samples = samples;
  for (std::size_t i = 0; i < out.waveform.size(); ++i)
    out.waveform[i] = static_cast<std::uint8_t>(i * 4);
  out.loudness_lufs = -23.5F;
  out.peak = 0.5F;
  return out;
}

/// What the device can read of a message's sound or file: what is here, from the beginning.
inline Bytes content_at(Device& who, const ChatId& chat, const MessageId& id) {
  const auto access = who.engine().open_media(chat, id).value();
  if (access.blob.is_zero()) return to_bytes(access.audio);
  Bytes out;
  crypto::BlobStream stream(access.key, access.header);
  const auto chunks = static_cast<std::uint32_t>(crypto::blob_chunks(access.bytes));
  for (std::uint32_t i = 0; i < chunks; ++i) {
    const auto chunk = who.engine().media_chunk(access.blob, i).value();
    if (!chunk.ciphertext) break;
    const auto kind = i + 1 == chunks ? crypto::BlobChunkKind::last : crypto::BlobChunkKind::more;
    const auto part = stream.open(*chunk.ciphertext, kind).value();
    out.insert(out.end(), part.begin(), part.end());
  }
  return out;
}

inline Media media_at(Device& who, const ChatId& chat, const MessageId& id) {
  const auto message = who.engine().message(chat, id).value();
  if (const auto* voice = std::get_if<Voice>(&message.body)) return voice->media;
  return std::get<File>(message.body).media;
}

}  // namespace tern::sim
