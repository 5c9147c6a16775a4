// A relay that drops, repeats, reorders, withholds, and tells one device another history.
#pragma once

#include <map>
#include <set>

#include "sim/worlds/stage.hpp"

namespace tern::sim {

class LyingRelay {
 public:
  explicit LyingRelay(Stage& stage);

  /// What becomes of a frame: false, it is dropped.
  bool from_device(Device& device, Bytes& frame);
  bool to_device(Device& device, Bytes& frame);
  /// Whether the frame that arrives is one of those that it sends once more: once for each. It
  /// shows nothing of what the relay has now.
  bool repeats(const Bytes& frame);
  /// From now on it is honest.
  void end() { lies_.clear(); }

 private:
  enum class Lie : std::uint8_t {
    drop_requests,
    drop_answers,
    repeat,
    replay,
    reorder,
    withhold,
    old_key_packages,
    swap,
    spoil,
  };
  bool lies(Lie lie) const;
  bool send_twice(Device& device, const Bytes& frame);
  void send_once_more(Device& device, const Bytes& frame);
  bool hold_back(Device& device, Bytes& frame);
  bool withholds(const Device& device, const Bytes& frame) const;
  void serve_old_key_packages(Bytes& frame);
  bool fork(Device& device, Bytes& frame);
  bool swap(wire::Entries& entries);
  bool spoil(wire::Entries& entries);

  Stage& stage_;
  std::vector<Lie> lies_;
  std::size_t victim_ = 0;
  std::map<const Device*, Bytes> held_;
  std::map<const Device*, Bytes> earlier_;
  std::multiset<Bytes> repeated_;           ///< on their way
  std::map<DeviceId, Bytes> key_packages_;  ///< the first that was handed out of each device
  Bytes spoiled_;
  bool forked_ = false;
};

}  // namespace tern::sim
