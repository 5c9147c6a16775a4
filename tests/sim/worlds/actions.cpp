#include "sim/worlds/actions.hpp"

#include <algorithm>

#include "sim/sound.hpp"

namespace tern::sim {
namespace {

client::EngineConfig config_of(const WorldPlan& plan, Choices& choices) {
  client::EngineConfig out;
  // Enough for a small world, and few enough to run out of.
  out.key_packages_published = 3;
  out.key_packages_refill_below = 2;
  if (choices.one_in(3)) out.heal_interval_ms = 2'000;
  if (plan.liar == Liar::member) out.heal_interval_ms = 2'000;
  return out;
}

// What an app has to expect of a call.
bool is_expected(Errc code) {
  return store::is_storage(code) || code == Errc::chat_left || code == Errc::not_found ||
         code == Errc::chat_not_ready;
}

}  // namespace

void Actions::complain(const Person& person, const std::string& what, const Error& error) {
  if (is_expected(error.errc()) || !complaint_.empty()) return;
  complaint_ = name_of(person) + " cannot " + what + ": " + error.message();
}

void Actions::add_people() {
  constexpr const char* names[] = {"anna", "bo", "cem", "dia", "eli", "fay"};
  stage_.people.reserve(stage_.plan.people);
  for (std::size_t i = 0; i < stage_.plan.people; ++i) {
    Person person;
    person.device = &stage_.world.add_device(names[i], config_of(stage_.plan, stage_.choices));
    person.lies = stage_.plan.liar == Liar::member && i + 1 == stage_.plan.people;
    if (stage_.plan.contacts) person.number = "+3247010000" + std::to_string(i);
    stage_.people.push_back(std::move(person));
  }
}

void Actions::begin() {
  add_people();
  stage_.run_for(stage_.choices.between(0, 5'000));
  std::vector<std::size_t> others;
  for (std::size_t i = 1; i < stage_.people.size(); ++i) others.push_back(i);
  // Who lies is in the first room, and everybody with them.
  const bool pair = stage_.plan.liar != Liar::member && stage_.choices.one_in(3);
  if (pair) {
    meet(stage_.people.front(), 1);
  } else {
    make_group(stage_.people.front(), others);
  }
}

void Actions::meet(Person& person, std::size_t whom) {
  auto& device = *person.device;
  const auto made = device.engine().chat_with(device.now(), stage_.people[whom].device->account());
  device.run_outputs();
  if (!made) return complain(person, "meet somebody", made.error());
  if (!device.running()) return;
  stage_.tell(name_of(person) + " meets " + name_of(stage_.people[whom]) + " in " +
              to_hex(*made).substr(0, 4));
  const auto known = [&](const Room& room) { return room.id == *made; };
  if (std::any_of(stage_.rooms.begin(), stage_.rooms.end(), known)) return;
  const auto mine = static_cast<std::size_t>(&person - stage_.people.data());
  stage_.rooms.push_back({*made, true, {mine, whom}});
}

void Actions::make_group(Person& person, const std::vector<std::size_t>& whom) {
  auto& device = *person.device;
  std::vector<AccountId> members;
  for (const auto i : whom) members.push_back(stage_.people[i].device->account());
  const auto made = device.engine().create_group(device.now(), "Sunday walk", members);
  device.run_outputs();
  if (!made) return complain(person, "make a group", made.error());
  if (!device.running()) return;
  stage_.tell(name_of(person) + " makes a group of " + std::to_string(whom.size() + 1) + ", " +
              to_hex(*made).substr(0, 4));
  std::vector<std::size_t> people{static_cast<std::size_t>(&person - stage_.people.data())};
  people.insert(people.end(), whom.begin(), whom.end());
  stage_.rooms.push_back({*made, false, people});
}

bool Actions::is_in(const Person& person, const Room& room) const {
  if (!person.device->running()) return false;
  const auto info = person.device->engine().chat_info(room.id);
  return info && info->state != ChatState::left;
}

void Actions::keep_promises(const Person& person, const ChatId& chat,
                            const std::vector<std::string>& texts,
                            const Result<std::vector<MessageId>>& ids) {
  if (!ids || !person.device->running()) {
    for (const auto& text : texts) stage_.promises.unsure(text);
    if (!ids) complain(person, "write", ids.error());
    return;
  }
  for (std::size_t i = 0; i < texts.size(); ++i)
    stage_.promises.add((*ids)[i], {person.device, chat, texts[i], {}, stage_.now_ms(), false});
}

void Actions::say(Person& person, const Room& room, std::size_t count) {
  if (!is_in(person, room)) return;
  auto& device = *person.device;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i)
    texts.push_back(device.name() + " " + std::to_string(++said_));
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  const auto ids = device.engine().send_texts(device.now(), room.id, views);
  device.run_outputs();
  stage_.tell(device.name() + " writes \"" + texts.front() + "\" to \"" + texts.back() + "\" in " +
              to_hex(room.id).substr(0, 4) + (ids ? "" : ": " + ids.error().message()) +
              (device.running() ? "" : ", and dies"));
  keep_promises(person, room.id, texts, ids);
}

// Inline, or as a blob of one or two chunks.
void Actions::speak(Person& person, const Room& room) {
  if (!is_in(person, room)) return;
  auto& device = *person.device;
  const auto sound =
      sound_of(stage_.world, stage_.choices.one_in(2)
                                 ? 2'000
                                 : limits::voice_inline_bytes_max + stage_.choices.below(60'000));
  auto& engine = device.engine();
  const auto id = engine.begin_draft(device.now(), room.id, client::DraftKind::voice);
  if (!id) return complain(person, "speak", id.error());
  const auto written = engine.write_draft(device.now(), *id, 0, sound, sound.size());
  const auto finished =
      written ? engine.finish_voice(device.now(), *id, {clip_of(48'000), {}, sound.size(), {}},
                                    OnFinish::send)
              : written;
  device.run_outputs();
  stage_.tell(device.name() + " says " + std::to_string(sound.size()) + " bytes");
  if (!finished) return complain(person, "send a recording", finished.error());
  if (!device.running()) return;
  stage_.promises.add(*id, {&device, room.id, {}, sound, stage_.now_ms(), false});
}

void Actions::take_back(Person& person, const Room& room) {
  if (!is_in(person, room)) return;
  auto& device = *person.device;
  const auto history = device.engine().history(room.id, 1, std::nullopt);
  if (!history || history->empty() || !history->back().mine) return;
  const auto id = history->back().id;
  const auto done = device.engine().cancel(device.now(), room.id, id);
  device.run_outputs();
  if (!stage_.promises.find(id)) return;
  const bool died = !device.running();
  if (died || (!done && store::is_storage(done.error().errc()))) stage_.promises.may_be_gone(id);
  if (!done || died) return;
  stage_.tell(device.name() + " takes back \"" + stage_.promises.find(id)->text + "\"");
  stage_.promises.take_back(id);
}

void Actions::change_members(Person& person, const Room& room) {
  if (!is_in(person, room) || room.pair) return;
  auto& device = *person.device;
  const auto& other = stage_.choices.one_of(stage_.people);
  const auto trace = [this, name = device.name()](const std::string& what) {
    return [this, text = name + " " + what](const Result<void>& done) {
      stage_.tell(text + (done ? ": done" : ": " + done.error().message()));
    };
  };
  const auto what = stage_.choices.below(5);
  if (what == 0) {
    stage_.tell(device.name() + " leaves " + to_hex(room.id).substr(0, 4));
    stage_.left[{&device, room.id}] = stage_.now_ms();
    device.engine().leave(device.now(), room.id, trace("leaves"));
  } else if (what < 3) {
    stage_.tell(device.name() + " removes " + name_of(other) + " from " +
                to_hex(room.id).substr(0, 4));
    device.engine().remove_member(device.now(), room.id, other.device->account(),
                                  trace("removes " + name_of(other)));
  } else {
    stage_.tell(device.name() + " adds " + name_of(other) + " to " + to_hex(room.id).substr(0, 4));
    const AccountId accounts[] = {other.device->account()};
    device.engine().add_members(device.now(), room.id, accounts, trace("adds " + name_of(other)));
  }
  device.run_outputs();
}

// All write before anybody has heard of it: each brings a commit along.
void Actions::everybody_at_once(const Room& room) {
  stage_.tell("everybody writes at once");
  for (auto& person : stage_.people)
    if (!person.lies) say(person, room, 1 + stage_.choices.below(3));
}

void Actions::wait_long() {
  const bool days = std::find(stage_.plan.faults.begin(), stage_.plan.faults.end(),
                              Fault::absence) != stage_.plan.faults.end();
  const auto ms =
      days ? stage_.choices.between(10, 20) * day_ms : stage_.choices.between(60'000, 2 * hour_ms);
  stage_.tell("time passes");
  stage_.run_for(ms);
}

void Actions::act_in(Person& person, const Room& room) {
  auto& choices = stage_.choices;
  switch (choices.below(16)) {
    case 0:
      return everybody_at_once(room);
    case 1:
      if (is_in(person, room))
        static_cast<void>(person.device->engine().mark_read(person.device->now(), room.id));
      return person.device->run_outputs();
    case 2:
      return take_back(person, room);
    case 3:
      return say(person, room, 2 + choices.below(choices.one_in(8) ? 20 : 4));
    case 4:
    case 5:
    case 6:
      if (stage_.plan.members_change) return change_members(person, room);
      return say(person, room);
    case 7:
    case 8:
      if (stage_.plan.media) return speak(person, room);
      return say(person, room);
    default:
      return say(person, room);
  }
}

void Actions::act() {
  auto& choices = stage_.choices;
  if (choices.one_in(12)) wait_long();
  if (stage_.plan.liar == Liar::member && choices.one_in(6)) liar_.act();
  Person* const person = stage_.somebody();
  if (!person || person->lies) return;
  if (stage_.plan.contacts && choices.one_in(4)) return contacts_.act(*person);
  const bool more_rooms = stage_.rooms.empty() || (stage_.rooms.size() < 3 && choices.one_in(8));
  if (!more_rooms) return act_in(*person, choices.one_of(stage_.rooms));
  if (stage_.plan.liar == Liar::member) return;
  const auto other = choices.below(stage_.people.size());
  if (stage_.people[other].device == person->device) return;
  if (choices.one_in(2)) return make_group(*person, {other});
  meet(*person, other);
}

}  // namespace tern::sim
