// What goes wrong in a random world that is nobody's doing.
#pragma once

#include <map>

#include "sim/worlds/stage.hpp"

namespace tern::sim {

class Faults {
 public:
  explicit Faults(Stage& stage) : stage_(stage) {}

  /// Lets one of the plan's faults strike somebody.
  void strike();
  /// All of them are over: everybody runs, with a network and a disk.
  void end();

 private:
  void strike(Fault fault, Person& person);
  void strike_connection(Fault fault, Device& device);
  void go_offline(Person& person, std::int64_t ms);
  void restore(Person& person);
  void restore_relay();
  void jump_clock(Person& person);
  void storm();
  template <class Node>
  void kill_soon(Node& node, const std::string& name);
  template <class Node>
  void fail_disk(Node& node, const std::string& name);
  template <class Node>
  void fill_disk(Node& node, const std::string& name);
  template <class Node>
  void fill_map(Node& node, const std::string& name);
  template <class Node>
  void heal(Node& node);

  Stage& stage_;
  std::optional<store::MemoryDisk> relay_copy_;
  std::int64_t relay_copied_ms_ = 0;
  bool ended_ = false;  ///< what was to come of a fault later does not
};

}  // namespace tern::sim
