// People who register their numbers and look each other up.
#pragma once

#include <memory>

#include "sim/worlds/stage.hpp"

namespace tern::sim {

class ContactActs {
 public:
  explicit ContactActs(Stage& stage) : stage_(stage) {}

  /// The next thing towards having a number and knowing the others'.
  void act(Person& person);
  /// Once nothing goes wrong any more: everybody registers and finds everybody. Empty, or what is
  /// wrong.
  std::string finish();

 private:
  void sync(Person& person);
  void sync_all();
  std::string verdict(Person& person);

  Stage& stage_;
};

}  // namespace tern::sim
