// What was sent in one chat, and whether everybody has it: nothing lost, nothing twice, one order,
// one epoch.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/world.hpp"

namespace tern::sim {

class Ledger {
 public:
  explicit Ledger(const ChatId& chat) : chat_(chat) {}

  /// Sends through the device and remembers what its user was promised. False when the process
  /// died before it promised anything.
  bool send(Device& device, std::string text);
  bool send(Device& device, const std::vector<std::string>& texts);
  std::size_t promised() const { return promised_.size(); }

  /// The first thing that is wrong, in words; empty when all is well. Every device is taken to
  /// have been a member for the whole time.
  std::string verdict(const std::vector<Device*>& devices) const;
  std::string verdict(World& world) const;
  /// Of one device, whatever the order.
  std::string lost_or_doubled(Device& device) const;

 private:
  struct Line {
    MessageId id;
    AccountId sender;
    std::string text;
    friend bool operator==(const Line&, const Line&) = default;
  };
  std::string verdict_of(Device& device, std::vector<Line>& lines) const;

  ChatId chat_;
  std::map<MessageId, Line> promised_;
  /// Texts of calls in which the process died: they may have become durable, or not.
  std::set<std::string> unsure_;
};

}  // namespace tern::sim
