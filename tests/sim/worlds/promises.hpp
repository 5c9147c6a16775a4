// What people were promised: every text and recording whose sending returned.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/device.hpp"

namespace tern::sim {

/// One thing said in a chat, by its id.
struct Promise {
  const Device* author = nullptr;
  ChatId chat;
  std::string text;  ///< of a text
  Bytes sound;       ///< of a recording
  std::int64_t made_ms = 0;
  bool taken_back = false;
  bool may_be_gone = false;  ///< taken back, or not
};

class Promises {
 public:
  void add(const MessageId& id, Promise promise) { made_[id] = std::move(promise); }
  /// The call failed or the process died in it: it may be there, or not.
  void unsure(std::string text) { unsure_.insert(std::move(text)); }
  bool is_unsure(const std::string& text) const { return unsure_.contains(text); }
  const Promise* find(const MessageId& id) const {
    const auto found = made_.find(id);
    return found == made_.end() ? nullptr : &found->second;
  }
  /// The call that takes it back failed, or the process died in it.
  void may_be_gone(const MessageId& id) { made_.at(id).may_be_gone = true; }
  void take_back(const MessageId& id) { made_.at(id).taken_back = true; }
  const std::map<MessageId, Promise>& all() const { return made_; }

  /// The author's folder was put back from now to what it was: it may not know what it said since.
  void forget(const Device& author, std::int64_t from_ms, std::int64_t to_ms) {
    forgotten_.push_back({&author, from_ms, to_ms});
  }
  bool is_forgotten(const Promise& promise) const {
    for (const auto& span : forgotten_)
      if (span.author == promise.author && span.from_ms <= promise.made_ms &&
          promise.made_ms <= span.to_ms)
        return true;
    return false;
  }
  /// Whether the device was ever put back to an old copy.
  bool was_restored(const Device& device) const {
    for (const auto& span : forgotten_)
      if (span.author == &device) return true;
    return false;
  }

 private:
  struct Forgotten {
    const Device* author = nullptr;
    std::int64_t from_ms = 0;
    std::int64_t to_ms = 0;
  };
  std::map<MessageId, Promise> made_;
  std::set<std::string> unsure_;
  std::vector<Forgotten> forgotten_;
};

}  // namespace tern::sim
