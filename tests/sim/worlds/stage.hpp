// What the parts of a random world share: the world itself, its cast, what was promised to whom.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "sim/worlds/promises.hpp"
#include "sim/worlds/shown_logs.hpp"
#include "sim/worlds/world_plan.hpp"

namespace tern::sim {

inline constexpr std::int64_t second_ms = 1'000;
inline constexpr std::int64_t hour_ms = 3'600 * second_ms;
inline constexpr std::int64_t day_ms = 24 * hour_ms;

/// Told what happens, line by line. May be empty.
using Trace = std::function<void(const std::string& line)>;

struct Person {
  Device* device = nullptr;
  bool lies = false;
  std::string number;  ///< what they would register; empty: nothing
  /// Of the folder, to be put back later.
  std::optional<store::MemoryDisk> copy;
  std::int64_t copied_ms = 0;
};

/// A chat that somebody has made.
struct Room {
  ChatId id;
  bool pair = false;
  std::vector<std::size_t> people;  ///< those it was made with
};

class Stage {
 public:
  Stage(const WorldPlan& its_plan, Choices& its_choices, Trace trace);

  const WorldPlan& plan;
  Choices& choices;
  World world;
  std::vector<Person> people;  ///< all of them from the beginning: scheduled things refer to them
  std::vector<Room> rooms;
  ShownLogs logs;
  Promises promises;
  /// To whom the relay has told another history of a chat: somebody must notice.
  struct Fork {
    ChatId chat;
    const Device* victim = nullptr;
    std::uint64_t seq = 0;  ///< where the other history begins
    bool taken = false;     ///< it is on the victim's disk
    std::int64_t told_ms = 0;
    bool lost = false;  ///< with the place that it is of, when the relay was put back
  };
  std::vector<Fork> forks;
  /// Who has left a chat of their own will, and when last.
  std::map<std::pair<const Device*, ChatId>, std::int64_t> left;
  bool is_forked(const ChatId& chat) const {
    for (const auto& fork : forks)
      if (fork.chat == chat) return true;
    return false;
  }

  /// An invitation back is believed by whoever knew the other, or nobody, in the chat when it could
  /// last follow it. Who was away for long, or put back to an old copy, may know none of those who
  /// are there now.
  static bool believes(Device& device, const Device& other, const ChatId& chat);

  void tell(const std::string& line) const;
  bool traced() const { return static_cast<bool>(trace_); }
  std::int64_t now_ms() const { return world.now().mono_ms; }
  /// Somebody whose program runs; nullptr when there is nobody.
  Person* somebody();
  /// Lets time pass. Throws when the parties never come to rest within it.
  void run_for(std::int64_t ms);

 private:
  void tell_events();

  Trace trace_;
  std::map<const Device*, std::size_t> told_;
  std::uint64_t steps_ = 0;
};

/// What is said of somebody in a sentence or a trace.
const std::string& name_of(const Person& person);

}  // namespace tern::sim
