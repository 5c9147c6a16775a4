// A group that Anna has made, with Mallory in it, whose program does as it likes.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>

#include "sim/people.hpp"

namespace tern::sim {

struct HostileGroup {
  explicit HostileGroup(std::uint64_t seed)
      : world(seed),
        people(add_people(world, {"anna", "bo", "cem", "mallory"})),
        chat(make_group(world, people)),
        honest(people.begin(), people.end() - 1),
        mallory(people.back()) {
    honest[0]->send(chat, "shall we?");
    REQUIRE(world.settle());
    world.run_for(90'000);
  }

  bool all_saw(Errc code) const {
    return std::all_of(honest.begin(), honest.end(),
                       [&](const Device* person) { return person->saw_problem(code); });
  }

  World world;
  std::vector<Device*> people;
  ChatId chat;
  std::vector<Device*> honest;
  Device* mallory;
};

}  // namespace tern::sim
