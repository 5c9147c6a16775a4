// Recordings and files of simulated people.
#pragma once

#include "sim/people.hpp"
#include "sim/sound.hpp"

namespace tern::sim {

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

}  // namespace tern::sim
