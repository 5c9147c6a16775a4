#include "sim/worlds/faults.hpp"

#include <algorithm>

namespace tern::sim {
namespace {

store::CommitOutcome draw_outcome(Choices& choices) {
  return choices.one_in(2) ? store::CommitOutcome::kept : store::CommitOutcome::lost;
}

}  // namespace

// As if nothing had been planned for its disk; a process that died of it comes back.
template <class Node>
void Faults::heal(Node& node) {
  node.disk().fail_at(std::nullopt);
  node.disk().set_capacity(UINT64_MAX);
  node.set_outlives_disk_errors(false);
  node.start();
}

// Dies at one of its next storage operations, or a while later for no reason, and comes back.
template <class Node>
void Faults::kill_soon(Node& node, const std::string& name) {
  auto& choices = stage_.choices;
  const auto operations = 1 + choices.below(choices.one_in(2) ? 8 : 60);
  const bool power_cut = choices.one_in(2);
  const auto back_ms = choices.between(100, 8 * second_ms);
  stage_.tell(name + " dies within " + std::to_string(operations) + " storage operations" +
              (power_cut ? ", by a power cut" : ""));
  node.disk().fail_at(node.disk().operations() + operations, Errc::storage_io,
                      draw_outcome(choices));
  stage_.world.scheduler().after(back_ms, [this, &node, power_cut, name] {
    node.kill();
    if (power_cut) node.disk().power_cut();
    stage_.tell(name + " starts again");
    heal(node);
  });
}

// Every write fails for a while, as after an fsync that failed, and the process goes on.
template <class Node>
void Faults::fail_disk(Node& node, const std::string& name) {
  auto& choices = stage_.choices;
  node.set_outlives_disk_errors(true);
  node.disk().fail_at(node.disk().operations() + 1 + choices.below(20), Errc::storage_io,
                      draw_outcome(choices));
  stage_.tell(name + "'s disk fails soon");
  stage_.world.scheduler().after(choices.between(100, 20 * second_ms), [this, &node, name] {
    stage_.tell(name + "'s disk writes again");
    heal(node);
  });
}

template <class Node>
void Faults::fill_disk(Node& node, const std::string& name) {
  auto& choices = stage_.choices;
  node.disk().set_capacity(node.disk().bytes_used() + choices.below(4'000));
  stage_.tell(name + "'s disk is nearly full");
  stage_.world.scheduler().after(choices.between(second_ms, 60 * second_ms), [this, &node, name] {
    stage_.tell(name + "'s disk has room again");
    heal(node);
  });
}

template <class Node>
void Faults::fill_map(Node& node, const std::string& name) {
  node.set_outlives_disk_errors(true);
  node.disk().fail_at(node.disk().operations() + 1 + stage_.choices.below(40),
                      Errc::storage_map_full);
  stage_.tell(name + "'s map is nearly full");
}

void Faults::go_offline(Person& person, std::int64_t ms) {
  person.device->set_network(false);
  stage_.tell(name_of(person) + " is offline for " + std::to_string(ms / second_ms) + " s");
  stage_.world.scheduler().after(ms, [this, &person] {
    stage_.tell(name_of(person) + " is online again");
    if (!person.lies) person.device->set_network(true);
  });
}

// A copy now; the next time, it is what there is.
void Faults::restore(Person& person) {
  auto& device = *person.device;
  if (!person.copy) {
    stage_.tell(name_of(person) + "'s folder is copied");
    person.copy = device.disk().copy();
    person.copied_ms = stage_.now_ms();
    return;
  }
  stage_.tell(name_of(person) + "'s folder is put back to what it was at " +
              std::to_string(person.copied_ms) + " ms");
  device.kill();
  device.disk().restore(*person.copy);
  heal(device);
  stage_.promises.forget(device, person.copied_ms, stage_.now_ms());
  // A lie that the copy has not heard is on nobody's disk any more: nobody can see by it. What was
  // said in the meantime may have shown it, or nothing was.
  for (auto& fork : stage_.forks)
    if (fork.victim == &device && fork.told_ms > person.copied_ms) fork.taken = false;
}

void Faults::restore_relay() {
  auto& relay = stage_.world.relay();
  if (!relay_copy_) {
    stage_.tell("the relay's folder is copied");
    relay_copy_ = relay.disk().copy();
    relay_copied_ms_ = stage_.now_ms();
    return;
  }
  stage_.tell("the relay's folder is put back");
  relay.kill();
  std::vector<LogId> logs;
  for (const auto& room : stage_.rooms) logs.push_back(room.id);
  relay.disk().fail_at(std::nullopt);
  auto now = logs_on(relay.disk(), logs);
  relay.disk().restore(*relay_copy_);
  stage_.logs.put_back(logs_on(*relay_copy_, logs), std::move(now));
  // That its victim has another history shows like this only as an end that the relay has lost.
  for (auto& fork : stage_.forks) fork.lost = fork.lost || fork.told_ms > relay_copied_ms_;
  heal(relay);
}

void Faults::jump_clock(Person& person) {
  auto& choices = stage_.choices;
  const auto ahead_ms = choices.between(-8, 8) * hour_ms + choices.between(-hour_ms, hour_ms);
  const bool relays = choices.one_in(4);
  stage_.tell((relays ? "the relay" : name_of(person)) + "'s clock is " +
              std::to_string(ahead_ms / second_ms) + " s ahead");
  if (relays) return stage_.world.relay().set_clock_ahead(ahead_ms);
  person.device->set_clock_ahead(ahead_ms);
}

void Faults::storm() {
  auto& choices = stage_.choices;
  auto& weather = stage_.world.weather();
  weather.delay_max_ms = choices.between(500, 5'000);
  weather.cut_one_in = 3 + choices.below(10);
  stage_.tell("a storm begins");
  stage_.world.scheduler().after(choices.between(second_ms, 60 * second_ms), [this] {
    if (ended_) return;
    stage_.tell("the storm is over");
    stage_.world.weather() = stage_.plan.weather;
  });
}

void Faults::strike_connection(Fault fault, Device& device) {
  auto& choices = stage_.choices;
  const auto link = device.link();
  if (!link) return;
  stage_.tell(device.name() + "'s connection: " + name_of(fault));
  if (fault == Fault::cut) return link->cut();
  if (fault == Fault::half_open) {
    // The relay may never learn of it but from the device's next connection.
    const auto device_learns_ms = choices.between(1, 120 * second_ms);
    return link->fall_silent(device_learns_ms, choices.between(1, 600 * second_ms));
  }
  if (fault == Fault::stale_frames)
    return link->close_at_device(choices.between(1, 120 * second_ms));
  stage_.world.relay().set_writable(device, false);
  stage_.world.scheduler().after(choices.between(10, 30 * second_ms), [this, &device] {
    stage_.world.relay().set_writable(device, true);
  });
}

void Faults::strike(Fault fault, Person& person) {
  auto& choices = stage_.choices;
  auto& relay = stage_.world.relay();
  auto& device = *person.device;
  switch (fault) {
    case Fault::cut:
    case Fault::half_open:
    case Fault::stale_frames:
    case Fault::slow_reader:
      return strike_connection(fault, device);
    case Fault::storm:
      return storm();
    case Fault::offline:
      return go_offline(person, choices.between(second_ms, 300 * second_ms));
    case Fault::absence:
      go_offline(person, 31 * day_ms + choices.between(0, 15 * day_ms));
      return;
    case Fault::device_killed:
      return kill_soon(device, device.name());
    case Fault::relay_killed:
      return kill_soon(relay, "the relay");
    case Fault::device_disk:
      return fail_disk(device, device.name());
    case Fault::relay_disk:
      return fail_disk(relay, "the relay");
    case Fault::device_full:
      return fill_disk(device, device.name());
    case Fault::relay_full:
      return fill_disk(relay, "the relay");
    case Fault::map_full:
      return choices.one_in(3) ? fill_map(relay, "the relay") : fill_map(device, device.name());
    case Fault::clock:
      return jump_clock(person);
    case Fault::device_restored:
      // One and the same, so that somebody is left who remembers.
      return restore(stage_.people.front());
    case Fault::relay_restored:
      return restore_relay();
  }
}

void Faults::strike() {
  const auto fault = stage_.choices.one_of(stage_.plan.faults);
  auto& person = stage_.choices.one_of(stage_.people);
  strike(fault, person);
}

void Faults::end() {
  stage_.tell("the faults end");
  ended_ = true;
  auto& world = stage_.world;
  world.weather() = Weather();
  world.relay().set_clock_ahead(0);
  heal(world.relay());
  for (auto& person : stage_.people) {
    person.device->set_clock_ahead(0);
    heal(*person.device);
    // Whose program has lied follows no chat any more.
    if (!person.lies) person.device->set_network(true);
    world.relay().set_writable(*person.device, true);
  }
}

}  // namespace tern::sim
