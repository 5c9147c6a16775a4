#include "sim/ledger.hpp"

namespace tern::sim {

bool Ledger::send(Device& device, std::string text) {
  return send(device, std::vector<std::string>{std::move(text)});
}

bool Ledger::send(Device& device, const std::vector<std::string>& texts) {
  const auto ids = device.send(chat_, texts);
  if (!ids) {
    unsure_.insert(texts.begin(), texts.end());
    return false;
  }
  for (std::size_t i = 0; i < texts.size(); ++i)
    promised_[(*ids)[i]] = {(*ids)[i], device.account(), texts[i]};
  return true;
}

std::string Ledger::verdict_of(Device& device, std::vector<Line>& lines) const {
  std::set<MessageId> seen;
  for (const auto& message : device.history(chat_)) {
    const auto* text = std::get_if<Text>(&message.body);
    if (!text) continue;
    const auto words = device.name() + " has \"" + text->text + "\" ";
    if (!seen.insert(message.id).second) return words + "twice";
    if (message.seq == 0) return words + "without a place in the log";
    const auto found = promised_.find(message.id);
    if (found == promised_.end() && !unsure_.contains(text->text))
      return words + "which nobody sent";
    if (found != promised_.end() && found->second.text != text->text)
      return words + "under the id of another text";
    if (found != promised_.end() && found->second.sender != message.sender)
      return words + "from somebody who did not send it";
    lines.push_back({message.id, message.sender, text->text});
  }
  for (const auto& [id, line] : promised_)
    if (!seen.contains(id)) return device.name() + " misses \"" + line.text + "\"";
  return {};
}

std::string Ledger::lost_or_doubled(Device& device) const {
  std::map<MessageId, int> seen;
  for (const auto& message : device.history(chat_))
    if (std::holds_alternative<Text>(message.body)) ++seen[message.id];
  for (const auto& [id, times] : seen)
    if (times > 1) return device.name() + " has a text twice";
  for (const auto& [id, line] : promised_)
    if (!seen.contains(id)) return device.name() + " misses \"" + line.text + "\"";
  return {};
}

std::string Ledger::verdict(const std::vector<Device*>& devices) const {
  std::vector<Line> first;
  for (auto* device : devices) {
    std::vector<Line> lines;
    if (auto wrong = verdict_of(*device, lines); !wrong.empty()) return wrong;
    if (device == devices.front()) first = lines;
    if (lines != first)
      return device->name() + " sees another order than " + devices.front()->name();
    const auto mine = device->info(chat_);
    const auto theirs = devices.front()->info(chat_);
    if (mine.state != ChatState::active) return device->name() + " is not active in the chat";
    if (mine.epoch != theirs.epoch || mine.epoch_authenticator != theirs.epoch_authenticator)
      return device->name() + " is in another epoch than " + devices.front()->name();
    if (mine.queued != 0) return device->name() + " still has something queued";
  }
  return {};
}

std::string Ledger::verdict(World& world) const {
  std::vector<Device*> devices;
  for (const auto& device : world.devices()) devices.push_back(device.get());
  return verdict(devices);
}

}  // namespace tern::sim
