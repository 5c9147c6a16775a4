#include "sim/worlds/random_world.hpp"

#include <algorithm>
#include <exception>

#include "sim/worlds/actions.hpp"
#include "sim/worlds/faults.hpp"
#include "sim/worlds/lying_relay.hpp"
#include "sim/worlds/verdict.hpp"

namespace tern::sim {
namespace {

// Who asks to be added again does so once a day, and may need six times to ask by a late enough
// leaf (client/leaf_time.hpp).
constexpr std::int64_t rest_within_ms = 8 * day_ms;
// Who hears of a chat that it does not know looks whether it is in it (client/inbox.hpp).
constexpr std::int64_t find_within_ms = 15'000;

class RandomWorld {
 public:
  RandomWorld(const WorldPlan& plan, Choices& choices, const Trace& trace)
      : stage_(plan, choices, trace), faults_(stage_), actions_(stage_), relay_(stage_) {
    auto& relay = stage_.world.relay();
    relay.on_frame_from_device = [this](Device& device, Bytes& frame) {
      if (!relay_.from_device(device, frame)) return false;
      actions_.liar().from_device(device, frame);
      stage_.logs.from_device(device, frame);
      return true;
    };
    relay.on_frame_to_device = [this](Device& device, Bytes& frame) {
      if (!relay_.repeats(frame)) stage_.logs.to_device(device, frame);
      return relay_.to_device(device, frame);
    };
  }

  std::string run() {
    actions_.begin();
    for (std::size_t step = 0; step < stage_.plan.steps && !stage_.choices.used_up(); ++step) {
      actions_.act();
      if (stage_.choices.one_in(stage_.plan.fault_one_in)) faults_.strike();
      stage_.run_for(draw_pause());
    }
    calm_down();
    if (!actions_.complaint().empty()) return actions_.complaint();
    if (auto wrong = come_to_rest(); !wrong.empty()) return wrong;
    if (stage_.plan.liar == Liar::relay || stage_.logs.lives() > 1) {
      // An invitation that a lie has spoilt, or that the relay has lost, is asked for again on the
      // next connection.
      for (auto& person : stage_.people) person.device->cut();
      if (auto wrong = come_to_rest(); !wrong.empty()) return wrong;
    }
    if (stage_.plan.contacts)
      if (auto wrong = actions_.contacts().finish(); !wrong.empty()) return wrong;
    last_words();
    if (auto wrong = come_to_rest(); !wrong.empty()) return wrong;
    if (!actions_.complaint().empty()) return actions_.complaint();
    return verdict(stage_);
  }
  std::string digest() const { return sim::digest(stage_); }
  std::size_t promises() const { return stage_.promises.all().size(); }

 private:
  std::int64_t draw_pause() {
    auto& choices = stage_.choices;
    if (choices.one_in(3)) return 0;
    return choices.between(0, choices.one_in(4) ? 60'000 : 1'500);
  }

  void calm_down() {
    faults_.end();
    relay_.end();
    for (auto& person : stage_.people) {
      if (person.lies) person.device->set_network(false);
      // What a lie or a half-open connection kept from somebody shows on the next one.
      person.device->cut();
    }
  }

  void last_words() {
    stage_.tell("everybody has a last word");
    for (const auto& room : stage_.rooms)
      for (auto& person : stage_.people)
        if (!person.lies) actions_.say(person, room);
  }

  // Nobody is out of reach: what the app would call unreachable for now is still to come.
  bool rests(const Person& person) const {
    if (person.lies) return true;
    auto& device = *person.device;
    if (!device.running() || !device.connected()) return false;
    const auto chats = device.engine().chats().value();
    const auto begins = [](const ChatInfo& chat) {
      return chat.state == ChatState::setting_up || chat.state == ChatState::joining;
    };
    if (std::any_of(chats.begin(), chats.end(), begins)) return false;
    if (device.engine().settled()) return true;
    // Whose folder was put back to before it left a group, who cannot read any more that it was
    // taken out, or who is alone, asks to come back in vain: until an admin wants the group to be
    // begun anew. A chat of two is by itself.
    bool in_vain = false;
    for (const auto& chat : chats) {
      if (chat.state == ChatState::left) continue;
      if (chat.state == ChatState::active) {
        // Whose leaving is still to be carried out, and nobody follows the chat: what it writes
        // behind that request waits with it. And who is not believed is asked in vain.
        const bool waits = (has_left(device, chat.id) && nobody_answers(device, chat.id)) ||
                           is_not_believed(device, chat.id);
        if (chat.queued != 0 && !waits) return false;
        in_vain = in_vain || waits;
        continue;
      }
      if (chat.one_to_one || !nobody_answers(device, chat.id)) return false;
      in_vain = true;
    }
    return in_vain;
  }

  bool has_left(const Device& device, const ChatId& chat) const {
    return stage_.left.contains({&device, chat});
  }

  bool is_not_believed(Device& device, const ChatId& chat) const {
    return std::any_of(stage_.people.begin(), stage_.people.end(), [&](const Person& person) {
      return !person.lies && !Stage::believes(*person.device, device, chat);
    });
  }

  bool nobody_answers(Device& device, const ChatId& chat) const {
    const auto stays = stage_.logs.stays(chat, stage_.logs.lives() - 1);
    const auto is_in = [&](const Device& other) {
      const auto found = stays.find(other.id());
      return found != stays.end() && found->second.back().struck == UINT64_MAX;
    };
    const auto answers = [&](const Person& person) {
      if (person.lies || person.device == &device || !is_in(*person.device)) return false;
      const auto info = person.device->engine().chat_info(chat);
      // Who is about to leave commits nothing any more.
      return info && info->state == ChatState::active && !has_left(*person.device, chat) &&
             Stage::believes(device, *person.device, chat);
    };
    return !is_in(device) || std::none_of(stage_.people.begin(), stage_.people.end(), answers);
  }

  // Looked at ever more seldom: most worlds rest in seconds, some wait for tomorrow.
  std::string come_to_rest() {
    auto& people = stage_.people;
    const auto at_rest = [this](const Person& person) { return rests(person); };
    const auto is_settled = [](const Person& person) {
      return person.lies || person.device->engine().settled();
    };
    std::int64_t step_ms = 2'000;
    for (std::int64_t waited_ms = 0; waited_ms < rest_within_ms; waited_ms += step_ms) {
      if (waited_ms > 60'000) step_ms = std::min(step_ms * 2, hour_ms);
      stage_.run_for(step_ms);
      // What is on its way to somebody is not there yet, though all have said what they had to say.
      if (!stage_.world.quiet() || !std::all_of(people.begin(), people.end(), at_rest)) continue;
      if (std::all_of(people.begin(), people.end(), is_settled)) return {};
      // Who asks in vain in one chat may be about to find another.
      stage_.run_for(find_within_ms);
      if (std::all_of(people.begin(), people.end(), at_rest)) return {};
    }
    const auto restless = std::find_if_not(people.begin(), people.end(), at_rest);
    if (restless == people.end()) return "the network never comes to rest";
    return restless_sentence(*restless);
  }

  std::string restless_sentence(const Person& person) {
    std::string out = name_of(person) + " never comes to rest";
    if (!person.device->connected()) out += ", unconnected";
    for (const auto& room : stage_.rooms) {
      const auto info = person.device->engine().chat_info(room.id);
      if (!info) continue;
      out += "; " + to_hex(room.id).substr(0, 4) + ": state " +
             std::to_string(static_cast<int>(info->state)) + ", " + std::to_string(info->queued) +
             " queued, at " + std::to_string(info->applied_seq);
    }
    return out;
  }

  Stage stage_;
  Faults faults_;
  Actions actions_;
  LyingRelay relay_;
};

}  // namespace

WorldResult run_world(const WorldPlan& plan, Choices& choices, const Trace& trace) {
  WorldResult out;
  if (trace) trace(plan.describe());
  try {
    RandomWorld world(plan, choices, trace);
    out.wrong = world.run();
    out.promises = world.promises();
    out.digest = out.wrong.empty() ? world.digest() : std::string();
  } catch (const std::exception& error) {
    out.wrong = error.what();
  }
  return out;
}

WorldResult run_seed(std::uint64_t seed, const Trace& trace) {
  auto choices = Choices::from_seed(seed);
  const auto plan = draw_plan(seed, choices);
  return run_world(plan, choices, trace);
}

WorldResult run_small_seed(std::uint64_t seed, const Trace& trace) {
  auto choices = Choices::from_seed(seed);
  const auto plan = small(draw_plan(seed, choices));
  return run_world(plan, choices, trace);
}

WorldResult run_bytes(ByteSpan bytes, const Trace& trace) {
  auto choices = Choices::from_bytes(bytes);
  const auto plan = draw_plan(1, choices);
  return run_world(plan, choices, trace);
}

}  // namespace tern::sim
