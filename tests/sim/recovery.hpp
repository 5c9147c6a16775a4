// What tests of chats that went wrong have in common.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>

#include "sim/people.hpp"

namespace tern::sim {

inline constexpr std::int64_t day_ms = 86'400'000;

inline ChatId make_pair(World& world, Device& one, Device& other) {
  const auto chat = one.with(
      [&](auto& engine) { return engine.chat_with(world.now(), other.account()).value(); });
  REQUIRE(world.settle());
  return chat;
}

/// The folder is put back to an earlier copy while the process is down.
inline void put_back(Device& device, const store::MemoryDisk& copy) {
  device.kill();
  device.disk().restore(copy);
  device.start();
}

inline void put_back(RelayNode& relay, const store::MemoryDisk& copy) {
  relay.kill();
  relay.disk().restore(copy);
  relay.start();
}

/// Anna and Bo, who have each read "before".
struct TwoPeople {
  enum class In : std::uint8_t { pair, group };
  TwoPeople(std::uint64_t seed, In in)
      : world(seed),
        people(add_people(world, {"anna", "bo"})),
        chat(in == In::pair ? make_pair(world, anna, bo) : make_group(world, people)) {
    anna.send(chat, "before");
    REQUIRE(world.settle());
  }

  World world;
  std::vector<Device*> people;
  Device& anna = *people[0];
  Device& bo = *people[1];
  ChatId chat;
};

inline std::size_t count_text(const Device& device, const ChatId& chat, std::string_view text) {
  const auto texts = device.texts(chat);
  return static_cast<std::size_t>(std::count(texts.begin(), texts.end(), text));
}

inline std::size_t count_notices(const Device& device, const ChatId& chat, Notice::What what) {
  const auto history = device.history(chat);
  return static_cast<std::size_t>(
      std::count_if(history.begin(), history.end(), [what](const Message& message) {
        const auto* notice = std::get_if<Notice>(&message.body);
        return notice && notice->what == what;
      }));
}

/// All follow the chat, in one epoch, and hear each other.
inline void check_together(World& world, const std::vector<Device*>& people, const ChatId& chat) {
  static int asked = 0;
  const auto said = " is here, " + std::to_string(++asked);
  for (auto* person : people) person->send(chat, person->name() + said);
  REQUIRE(world.settle());
  world.run_for(90'000);
  REQUIRE(world.settle());
  for (auto* person : people) {
    INFO(person->name());
    CHECK(person->info(chat).state == ChatState::active);
    CHECK(person->info(chat).epoch_authenticator == people.front()->info(chat).epoch_authenticator);
    CHECK(person->info(chat).queued == 0);
    for (auto* author : people) CHECK(count_text(*person, chat, author->name() + said) == 1);
  }
}

}  // namespace tern::sim
