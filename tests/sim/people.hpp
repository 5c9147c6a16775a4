// What tests of several people have in common.
#pragma once

#include <catch2/catch.hpp>
#include <initializer_list>

#include "sim/world.hpp"

namespace tern::sim {

inline std::vector<Device*> add_people(World& world, std::initializer_list<const char*> names) {
  std::vector<Device*> out;
  for (const auto* name : names) out.push_back(&world.add_device(name));
  REQUIRE(world.settle());
  return out;
}

/// A group that the first of them makes.
inline ChatId make_group(World& world, const std::vector<Device*>& people) {
  std::vector<AccountId> members;
  for (std::size_t i = 1; i < people.size(); ++i) members.push_back(people[i]->account());
  const auto chat = people.front()->with([&](auto& engine) {
    return engine.create_group(world.now(), "Sunday walk", members).value();
  });
  REQUIRE(world.settle());
  return chat;
}

/// What a call that is answered later came to.
template <class T>
struct Answer {
  std::optional<Result<T>> result;
  std::function<void(Result<T>)> done() {
    return [this](Result<T> answer) { result = std::move(answer); };
  }
};
/// Of add, remove or leave.
using Outcome = Answer<void>;

/// nullptr: there was none.
template <class T>
const T* last_event(const Device& device) {
  const auto& events = device.events();
  for (auto event = events.rbegin(); event != events.rend(); ++event)
    if (const auto* found = std::get_if<T>(&*event)) return found;
  return nullptr;
}

inline void add(World& world, Device& who, const ChatId& chat, const Device& whom,
                Outcome& outcome) {
  const AccountId accounts[] = {whom.account()};
  who.engine().add_members(world.now(), chat, accounts, outcome.done());
  who.run_outputs();
}

inline void leave(World& world, Device& who, const ChatId& chat, Outcome& outcome) {
  who.engine().leave(world.now(), chat, outcome.done());
  who.run_outputs();
}

inline void remove(World& world, Device& who, const ChatId& chat, const Device& whom,
                   Outcome& outcome) {
  who.engine().remove_member(world.now(), chat, whom.account(), outcome.done());
  who.run_outputs();
}

}  // namespace tern::sim
