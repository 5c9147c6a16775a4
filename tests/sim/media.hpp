// Recordings and files of simulated people. The engine does not look into what they hold, so bytes
// from the seed stand for sound.
#pragma once

#include "sim/people.hpp"

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

/// Anna and Bo, in a group of two that both have spoken in.
struct GroupOfTwo {
  explicit GroupOfTwo(std::uint64_t seed,
                      std::int64_t reconnect_max_ms = Weather().reconnect_max_ms)
      : world(seed) {
    world.weather().reconnect_max_ms = reconnect_max_ms;
    const auto people = add_people(world, {"anna", "bo"});
    anna = people[0];
    bo = people[1];
    chat = make_group(world, people);
    anna->send(chat, "hello");
    REQUIRE(world.settle());
    world.run_for(5'000);
  }
  World world;
  Device* anna = nullptr;
  Device* bo = nullptr;
  ChatId chat;
};

/// A recording whose pages of `page` bytes are written one by one; not finished yet.
inline MessageId begin_recording(World& world, Device& who, const ChatId& chat, ByteSpan sound,
                                 std::size_t page = 1'600) {
  auto& engine = who.engine();
  const auto id = engine.begin_draft(world.now(), chat, client::DraftKind::voice).value();
  for (std::size_t at = 0; at < sound.size(); at += page) {
    const auto part = sound.subspan(at, std::min(page, sound.size() - at));
    engine.write_draft(world.now(), id, at, part, at + part.size()).value();
  }
  return id;
}

inline void finish_recording(World& world, Device& who, const MessageId& id, std::uint64_t keep,
                             ByteSpan tail = {}, OnFinish then = OnFinish::send) {
  who.with([&](auto& engine) {
       return engine.finish_voice(world.now(), id, {clip_of(48'000), {}, keep, tail}, then);
     })
      .value();
}

inline MessageId say(World& world, Device& who, const ChatId& chat, ByteSpan sound) {
  const auto id = begin_recording(world, who, chat, sound);
  finish_recording(world, who, id, sound.size());
  return id;
}

inline MessageId send_file(World& world, Device& who, const ChatId& chat, ByteSpan content,
                           const FileToSend& details) {
  auto& engine = who.engine();
  const auto id = engine.begin_draft(world.now(), chat, client::DraftKind::file).value();
  constexpr std::size_t block = 200'000;
  for (std::size_t at = 0; at < content.size(); at += block)
    engine
        .write_draft(world.now(), id, at, content.subspan(at, std::min(block, content.size() - at)),
                     UINT64_MAX)
        .value();
  who.with([&](auto& e) { return e.finish_file(world.now(), id, details); }).value();
  return id;
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
