// One connection between a device and the relay: ordered both ways, delayed, until it is cut. Its
// two ends may learn of that at different times, or go on for a while without hearing each other.
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
  /// At the device's end.
  bool open() const { return device_end_; }
  Device& device() { return device_; }

  void to_relay(Bytes frame);
  void to_device(Bytes frame);
  /// Both ends learn of it at once; what was under way is lost.
  void cut();
  /// The device's end closes. What it had sent may still arrive, on this connection, after what
  /// the device sends on the next; then the relay learns of it.
  void close_at_device(std::int64_t relay_learns_ms);
  /// Nothing gets through any more, and each end learns of it in its time (a heartbeat's).
  void fall_silent(std::int64_t device_learns_ms, std::int64_t relay_learns_ms);

 private:
  std::int64_t arrival(std::int64_t& last_ms);
  bool weather_cuts();
  void tell_device(std::int64_t after_ms);
  void tell_relay(std::int64_t after_ms);

  World& world_;
  Device& device_;
  RelayNode& relay_;
  std::uint64_t id_;
  bool device_end_ = true;
  bool relay_end_ = true;
  bool silent_ = false;
  std::int64_t last_to_relay_ms_ = 0;
  std::int64_t last_to_device_ms_ = 0;
};

}  // namespace tern::sim
