// The relay's process, disk and listening socket in a simulated world.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "relay/core.hpp"
#include "sim/link.hpp"
#include "store/memory.hpp"

namespace tern::sim {

class World;

class RelayNode {
 public:
  RelayNode(World& world, const RelayLimits& limits);
  ~RelayNode();

  bool running() const { return core_ != nullptr; }
  bool busy() const { return core_ && core_->has_work(); }
  /// As the relay's clocks read it.
  Now now() const;
  /// Its wall clock goes so much before the world's.
  void set_clock_ahead(std::int64_t ms) { clock_ahead_ms_ = ms; }
  /// Whether the process lives on when its disk refuses a write; otherwise it dies there.
  void set_outlives_disk_errors(bool lives) { outlives_disk_errors_ = lives; }

  void start();
  /// kill -9: connections break, queued requests are gone; `power_cut` also undoes unsynced writes.
  void kill(bool power_cut = false);
  store::MemoryDisk& disk() { return disk_; }
  relay::Core& core() { return *core_; }
  const std::vector<std::string>& log_lines() const { return log_lines_; }
  store::Counters counters() const { return environment_->counters(); }

  /// A device's connection attempt, handshake done. nullptr when nobody listens.
  std::shared_ptr<Link> accept(Device& device);

  /// The device's connection takes no more (false), or has room again (true).
  void set_writable(const Device& device, bool writable);

  /// The code that was last sent to a phone number; empty: none.
  std::string code_for(std::string_view number) const;
  /// No code can be sent for now.
  bool codes_fail = false;
  void rotate_directory_key();

  /// Between relay and devices: may change, drop (return false) or look at every frame.
  std::function<bool(Device&, Bytes&)> on_frame_to_device;
  std::function<bool(Device&, Bytes&)> on_frame_from_device;

 private:
  friend class Link;
  void receive(relay::ConnectionId id, Bytes frame);
  void lost(relay::ConnectionId id);
  void wake();
  void run_batch();
  void drain();
  void send_code(relay::SendCode job);
  void run_work(relay::RunWork work);
  /// The disk refused a write that the world's fault plan made fail: the process dies there.
  bool died();

  World& world_;
  RelayLimits limits_;
  store::MemoryDisk disk_;
  std::unique_ptr<store::Environment> environment_;
  std::unique_ptr<relay::Core> core_;
  std::map<relay::ConnectionId, std::shared_ptr<Link>> links_;
  relay::ConnectionId last_connection_ = 0;
  std::uint64_t life_ = 0;
  bool batch_scheduled_ = false;
  bool outlives_disk_errors_ = false;
  std::int64_t clock_ahead_ms_ = 0;
  std::int64_t wake_at_ms_ = never_ms;
  std::vector<std::string> log_lines_;
  std::map<std::string, std::string, std::less<>> codes_;  // by number
};

}  // namespace tern::sim
