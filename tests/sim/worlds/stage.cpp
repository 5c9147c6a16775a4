#include "sim/worlds/stage.hpp"

#include <algorithm>
#include <stdexcept>

namespace tern::sim {
namespace {

// Far more than a world of days needs; a party that spins in one moment gets there at once.
constexpr std::uint64_t steps_max = 3'000'000;

RelayLimits limits_of(const WorldPlan& plan) {
  auto out = World::roomy_limits();
  // The work is real; that there is little of it changes nothing of who waits for whom.
  out.work_bits = plan.contacts ? 4 : 0;
  out.codes_per_hour = 1'000;
  out.account_codes_per_hour = 1'000;
  return out;
}

}  // namespace

Stage::Stage(const WorldPlan& its_plan, Choices& its_choices, Trace trace)
    : plan(its_plan),
      choices(its_choices),
      world(its_plan.seed, limits_of(its_plan)),
      trace_(std::move(trace)) {
  world.weather() = plan.weather;
}

bool Stage::believes(Device& device, const Device& other, const ChatId& chat) {
  const auto known = device.engine().chat_info(chat);
  if (!known || known->state != ChatState::split) return true;
  const auto& members = known->members;
  const auto knows = [&](const Device& whom) {
    return std::find(members.begin(), members.end(), whom.account()) != members.end();
  };
  const auto mine = static_cast<std::size_t>(knows(device) ? 1 : 0);
  return members.size() <= mine || knows(other);
}

void Stage::tell(const std::string& line) const {
  if (trace_) trace_(std::to_string(now_ms()) + " ms: " + line);
}

Person* Stage::somebody() {
  auto& person = choices.one_of(people);
  return person.device->running() ? &person : nullptr;
}

void Stage::run_for(std::int64_t ms) {
  const auto end = now_ms() + ms;
  while (world.scheduler().step(end)) {
    if (++steps_ > steps_max) throw std::runtime_error("somebody never comes to rest");
    if (trace_) tell_events();
  }
  world.scheduler().advance(end);
}

// What the apps would have shown.
void Stage::tell_events() {
  for (const auto& person : people) {
    const auto& events = person.device->events();
    for (auto& told = told_[person.device]; told < events.size(); ++told) {
      const auto& event = events[told];
      const auto name = "    " + name_of(person);
      if (const auto* problem = std::get_if<Problem>(&event))
        tell(name + ", in " + to_hex(problem->chat).substr(0, 4) + ": " + problem->message);
      if (const auto* changed = std::get_if<ChatChanged>(&event);
          changed && person.device->running())
        if (const auto info = person.device->engine().chat_info(changed->chat))
          tell(name + "'s " + to_hex(changed->chat).substr(0, 4) + " is in state " +
               std::to_string(static_cast<int>(info->state)) + " with " +
               std::to_string(info->members.size()) + ", at " + std::to_string(info->applied_seq));
      if (std::holds_alternative<LogForked>(event)) tell(name + " sees that a log forked");
      if (std::holds_alternative<DeviceRestored>(event)) tell(name + " sees that it was restored");
    }
  }
}

const std::string& name_of(const Person& person) { return person.device->name(); }

}  // namespace tern::sim
