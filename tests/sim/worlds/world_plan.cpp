#include "sim/worlds/world_plan.hpp"

#include <algorithm>

namespace tern::sim {
namespace {

constexpr Fault everyday[] = {
    Fault::cut,         Fault::half_open,   Fault::stale_frames,  Fault::storm,
    Fault::offline,     Fault::slow_reader, Fault::device_killed, Fault::relay_killed,
    Fault::device_disk, Fault::relay_disk,  Fault::device_full,   Fault::relay_full,
    Fault::map_full,    Fault::clock,
};

Weather draw_weather(Choices& choices) {
  Weather out;
  if (choices.one_in(4)) out.delay_max_ms = 2'000;
  if (choices.one_in(8)) out.delay_min_ms = out.delay_max_ms = 1;
  if (choices.one_in(4)) out.cut_one_in = 20 + choices.below(100);
  return out;
}

void draw_faults(WorldPlan& plan, Choices& choices) {
  if (choices.one_in(8)) return;
  plan.fault_one_in = 2 + choices.below(6);
  // A few kinds a world, so that they meet each other in pairs.
  const auto kinds = 1 + choices.below(5);
  for (std::uint64_t i = 0; i < kinds; ++i) plan.faults.push_back(choices.one_of(everyday));
  if (plan.liar == Liar::member) return;
  if (choices.one_in(5)) plan.faults.push_back(Fault::device_restored);
  if (plan.liar == Liar::nobody && choices.one_in(8)) plan.faults.push_back(Fault::absence);
  if (choices.one_in(6)) plan.faults.push_back(Fault::relay_restored);
}

}  // namespace

WorldPlan draw_plan(std::uint64_t seed, Choices& choices) {
  WorldPlan out;
  out.seed = seed;
  out.people = 2 + std::min(choices.below(5), choices.below(5));
  out.steps = 6 + choices.below(choices.one_in(8) ? 54 : 22);
  out.weather = draw_weather(choices);
  if (choices.one_in(6)) out.liar = Liar::relay;
  if (choices.one_in(8)) out.liar = Liar::member;
  if (out.liar == Liar::member) out.people = std::max<std::size_t>(out.people, 3);
  out.members_change = out.liar != Liar::member && choices.one_in(2);
  draw_faults(out, choices);
  out.media = choices.one_in(6);
  out.contacts = out.liar != Liar::relay && choices.one_in(8);
  return out;
}

WorldPlan small(WorldPlan plan) {
  plan.people = std::min<std::size_t>(plan.people, 3);
  plan.steps = std::min<std::size_t>(plan.steps, 12);
  return plan;
}

const char* name_of(Fault fault) {
  constexpr const char* names[] = {
      "cut",           "half open",   "stale frames",  "storm",
      "offline",       "slow reader", "device killed", "relay killed",
      "device disk",   "relay disk",  "device full",   "relay full",
      "map full",      "clock",       "absence",       "device restored",
      "relay restored"};
  return names[static_cast<std::size_t>(fault)];
}

std::string WorldPlan::describe() const {
  std::string out = std::to_string(people) + " people, " + std::to_string(steps) + " steps";
  if (members_change) out += ", members change";
  if (media) out += ", media";
  if (contacts) out += ", contacts";
  if (liar == Liar::relay) out += ", the relay lies";
  if (liar == Liar::member) out += ", a member lies";
  out += "; a fault in " + std::to_string(fault_one_in) + " steps of:";
  for (const auto fault : faults) out += std::string(" ") + name_of(fault) + ",";
  out += " delay " + std::to_string(weather.delay_min_ms) + "–" +
         std::to_string(weather.delay_max_ms) + " ms, cut one in " +
         std::to_string(weather.cut_one_in);
  return out;
}

}  // namespace tern::sim
