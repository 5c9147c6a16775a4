// Waiting for one's own messages to get somewhere.
#pragma once

#include <chrono>
#include <set>
#include <tern/client.hpp>

namespace chat {

/// Follows some own messages until each is at least at `target`, or failed.
class Delivery {
 public:
  Delivery(tern::Chat chat, tern::MessageState target) : chat_(std::move(chat)), target_(target) {}

  void follow(const std::vector<tern::MessageId>& messages);
  /// True when all got there, false when `wait` passed before. Throws Failure when one failed.
  bool wait(tern::Client& client, std::chrono::milliseconds wait);
  std::size_t followed() const { return followed_; }
  std::size_t arrived() const { return followed_ - missing_.size(); }

 private:
  void handle(const tern::Event& event);
  void look_at(const tern::MessageId& id);
  void look_at_all();

  tern::Chat chat_;
  tern::MessageState target_;
  std::set<tern::MessageId> missing_;
  std::size_t followed_ = 0;
};

}  // namespace chat
