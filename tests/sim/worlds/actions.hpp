// What people do in a random world: write, read, meet, come and go.
#pragma once

#include "sim/worlds/contact_acts.hpp"
#include "sim/worlds/lying_member.hpp"
#include "sim/worlds/stage.hpp"

namespace tern::sim {

class Actions {
 public:
  explicit Actions(Stage& stage) : stage_(stage), contacts_(stage), liar_(stage) {}

  /// Everybody registers, and some meet.
  void begin();
  /// Somebody does something.
  void act();
  /// Says something in a room; nothing where the person is not in it.
  void say(Person& person, const Room& room, std::size_t count = 1);

  ContactActs& contacts() { return contacts_; }
  LyingMember& liar() { return liar_; }
  /// A call that no rule forbids was refused: a sentence, or empty.
  const std::string& complaint() const { return complaint_; }

 private:
  void add_people();
  void meet(Person& person, std::size_t whom);
  void make_group(Person& person, const std::vector<std::size_t>& whom);
  void act_in(Person& person, const Room& room);
  void change_members(Person& person, const Room& room);
  void speak(Person& person, const Room& room);
  void take_back(Person& person, const Room& room);
  void everybody_at_once(const Room& room);
  void wait_long();
  bool is_in(const Person& person, const Room& room) const;
  void keep_promises(const Person& person, const ChatId& chat,
                     const std::vector<std::string>& texts,
                     const Result<std::vector<MessageId>>& ids);
  void complain(const Person& person, const std::string& what, const Error& error);

  Stage& stage_;
  ContactActs contacts_;
  LyingMember liar_;
  std::uint64_t said_ = 0;
  std::string complaint_;
};

}  // namespace tern::sim
