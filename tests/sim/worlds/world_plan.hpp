// What a random world is made of: how many take part, what they do, what goes wrong, who lies.
#pragma once

#include <string>
#include <vector>

#include "sim/world.hpp"
#include "sim/worlds/choices.hpp"

namespace tern::sim {

/// What is not the parties' doing. Each is over by the end of the schedule at the latest.
enum class Fault : std::uint8_t {
  cut,              ///< a connection breaks; both ends know
  half_open,        ///< nothing gets through, and the ends learn of it late
  stale_frames,     ///< the device reconnects before the relay has read all of the old connection
  storm,            ///< long delays, and one frame in a few is a connection's last
  offline,          ///< a device has no network for a while
  slow_reader,      ///< the relay's buffer for a device is full
  device_killed,    ///< at one of its next storage operations
  relay_killed,     ///< the same
  device_disk,      ///< writes fail, and the process lives on
  relay_disk,       ///< the same
  device_full,      ///< no room for more bytes
  relay_full,       ///< the same
  map_full,         ///< a device's or the relay's map has to grow
  clock,            ///< a device's or the relay's wall clock jumps hours
  absence,          ///< a device is offline beyond the relay's retention
  device_restored,  ///< a folder is put back to an old copy
  relay_restored,   ///< the same for the relay
};

/// What may lie. Honest people's promises hold all the same.
enum class Liar : std::uint8_t { nobody, relay, member };

struct WorldPlan {
  std::uint64_t seed = 0;  ///< of keys, delays and everything else below the schedule
  std::size_t people = 2;
  std::size_t steps = 20;
  Weather weather;
  std::vector<Fault> faults;       ///< those that may strike
  std::uint64_t fault_one_in = 0;  ///< steps; 0: none
  Liar liar = Liar::nobody;
  bool members_change = false;  ///< adding, removing, leaving
  bool media = false;
  bool contacts = false;

  std::string describe() const;
};

/// A plan drawn from the choices; the schedule is drawn from what follows.
WorldPlan draw_plan(std::uint64_t seed, Choices& choices);
/// The same with three people and twelve steps at most: more of them are played in the same time.
WorldPlan small(WorldPlan plan);

const char* name_of(Fault fault);

}  // namespace tern::sim
