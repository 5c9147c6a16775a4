// One connection between a device and the relay: ordered both ways, delayed, until it is cut.
#pragma once

#include <cstdint>
#include <memory>

#include "tern/bytes.hpp"

namespace tern::sim {

class Device;
class RelayNode;
class World;

class Link : public std::enable_shared_from_this<Link> {
 public:
  Link(World& world, Device& device, RelayNode& relay, std::uint64_t id)
      : world_(world), device_(device), relay_(relay), id_(id) {}
  std::uint64_t id() const { return id_; }
  bool open() const { return open_; }
  Device& device() { return device_; }

  void to_relay(Bytes frame);
  void to_device(Bytes frame);
  /// Both ends learn of it, each after a delay; what was under way is lost.
  void cut();

 private:
  std::int64_t arrival(std::int64_t& last_ms);
  bool weather_cuts();

  World& world_;
  Device& device_;
  RelayNode& relay_;
  std::uint64_t id_;
  bool open_ = true;
  std::int64_t last_to_relay_ms_ = 0;
  std::int64_t last_to_device_ms_ = 0;
};

}  // namespace tern::sim
