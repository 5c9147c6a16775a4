#include "chat/delivery.hpp"

#include "chat/require.hpp"

namespace chat {

using Clock = std::chrono::steady_clock;

void Delivery::follow(const std::vector<tern::MessageId>& messages) {
  for (const auto& id : messages) missing_.insert(id);
  followed_ += messages.size();
}

bool Delivery::wait(tern::Client& client, std::chrono::milliseconds wait) {
  const auto deadline = Clock::now() + wait;
  look_at_all();
  while (!missing_.empty()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    if (auto event = client.wait_event(left)) handle(*event);
  }
  return true;
}

void Delivery::handle(const tern::Event& event) {
  if (auto* changed = std::get_if<tern::MessageChanged>(&event)) {
    if (missing_.contains(changed->id)) look_at(changed->id);
  } else if (std::holds_alternative<tern::Reset>(event)) {
    look_at_all();
  }
}

void Delivery::look_at_all() {
  const auto ids = missing_;
  for (const auto& id : ids) look_at(id);
}

void Delivery::look_at(const tern::MessageId& id) {
  const auto message = require(chat_.message(id));
  if (message.state == tern::MessageState::failed)
    throw Failure("not sent: " + tern::describe(message.failure));
  if (message.state >= target_) missing_.erase(id);
}

}  // namespace chat
