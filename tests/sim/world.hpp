// One seed, one clock, one process: devices, a relay, the network between them and their disks,
// with the engine and the relay core of production in the middle.
//
//   World world(seed);
//   auto& anna = world.add_device("anna");
//   auto& bo = world.add_device("bo");
//   const auto chat = anna.engine().chat_with(world.now(), bo.account()).value();
//   anna.send(chat, "Tot straks!");
//   world.settle();
//   CHECK(bo.texts(chat) == std::vector<std::string>{"Tot straks!"});
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crypto/deterministic_entropy.hpp"
#include "sim/device.hpp"
#include "sim/relay_node.hpp"
#include "sim/scheduler.hpp"

namespace tern::sim {

/// What the network does to frames; all of it drawn from the world's seed.
struct Weather {
  std::int64_t delay_min_ms = 5;
  std::int64_t delay_max_ms = 40;
  /// One frame in this many is the last that its connection carries (either way); 0: none.
  std::uint64_t cut_one_in = 0;
  std::int64_t reconnect_max_ms = 2'000;
};

class World {
 public:
  explicit World(std::uint64_t seed, const RelayLimits& limits = roomy_limits());
  ~World();

  Now now() const { return scheduler_.now(); }
  Scheduler& scheduler() { return scheduler_; }
  Entropy& entropy() { return entropy_; }
  RelayNode& relay() { return *relay_; }
  Weather& weather() { return weather_; }
  std::uint64_t seed() const { return seed_; }

  /// A new account with one device, online and registered.
  Device& add_device(const std::string& name, const client::EngineConfig& config = {});
  const std::vector<std::unique_ptr<Device>>& devices() const { return devices_; }

  /// Lets time pass.
  void run_for(std::int64_t ms);
  /// Lets time pass until `done()`; false when `limit_ms` passed first.
  bool run_until(const std::function<bool()>& done, std::int64_t limit_ms = 600'000);
  /// Until every running device that is online has nothing left to do, the relay neither, and
  /// nothing is under way between them.
  bool settle(std::int64_t limit_ms = 600'000);
  /// The relay has nothing to do, and nothing is under way between it and them.
  bool quiet() const { return frames_under_way_ == 0 && !relay_->busy(); }

  /// Frames under way, counted by the links.
  void frame_leaves() { ++frames_under_way_; }
  void frame_ends() { --frames_under_way_; }

  /// Limits that no test meets by accident.
  static RelayLimits roomy_limits();

 private:
  std::uint64_t seed_;
  crypto::DeterministicEntropy entropy_;
  Scheduler scheduler_;
  Weather weather_;
  std::uint64_t frames_under_way_ = 0;
  std::unique_ptr<RelayNode> relay_;
  std::vector<std::unique_ptr<Device>> devices_;
};

}  // namespace tern::sim
