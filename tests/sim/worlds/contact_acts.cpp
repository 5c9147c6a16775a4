#include "sim/worlds/contact_acts.hpp"

namespace tern::sim {
namespace {

Contact entry_of(const Person& person) {
  Contact out;
  out.number = out.written = person.number;
  out.name = person.device->name();
  return out;
}

}  // namespace

void ContactActs::sync(Person& person) {
  std::vector<Contact> book;
  for (const auto& other : stage_.people)
    if (other.device != person.device) book.push_back(entry_of(other));
  stage_.tell(name_of(person) + " syncs contacts");
  person.device->engine().sync_contacts(person.device->now(), book, false,
                                        [](const Result<SyncResult>&) {});
}

void ContactActs::act(Person& person) {
  auto& device = *person.device;
  if (!device.running()) return;
  auto& engine = device.engine();
  const auto code = stage_.world.relay().code_for(person.number);
  const auto trace = [this, name = device.name()](const Result<void>& done) {
    stage_.tell(name + "'s number: " + (done ? "done" : done.error().message()));
  };
  if (engine.number() == person.number) {
    sync(person);
  } else if (code.empty()) {
    engine.request_code(device.now(), person.number, trace);
  } else {
    engine.confirm_number(device.now(), code, {}, trace);
  }
  device.run_outputs();
}

void ContactActs::sync_all() {
  for (auto& person : stage_.people) {
    if (person.lies) continue;
    sync(person);
    person.device->run_outputs();
  }
  stage_.run_for(120'000);
}

std::string ContactActs::finish() {
  // Whose number the relay has lost is told so when it asks for others'.
  if (stage_.logs.lives() > 1) sync_all();
  // A code that is wrong by now is asked for anew: so more than once each.
  for (int tries = 0; tries < 6; ++tries) {
    for (auto& person : stage_.people) {
      if (person.lies || person.device->engine().number() == person.number) continue;
      if (tries % 2 == 0) {
        person.device->engine().request_code(person.device->now(), person.number,
                                             [](const Result<void>&) {});
        person.device->run_outputs();
      } else {
        act(person);
      }
    }
    stage_.run_for(70'000);
  }
  for (auto& person : stage_.people)
    if (!person.lies && person.device->engine().number() != person.number)
      return name_of(person) + " does not get a number";
  sync_all();
  for (auto& person : stage_.people) {
    if (person.lies) continue;
    if (auto wrong = verdict(person); !wrong.empty()) return wrong;
  }
  return {};
}

std::string ContactActs::verdict(Person& person) {
  for (const auto& other : stage_.people) {
    if (other.lies || other.device == person.device) continue;
    const auto contact = person.device->engine().contact(other.number);
    const auto words = name_of(person) + "'s contact " + name_of(other);
    if (!contact) return words + " is not there";
    if (contact->state != ContactState::member) return words + " is not found";
    if (contact->account != other.device->account()) return words + " has another account";
  }
  return {};
}

}  // namespace tern::sim
