// Leaving a group that one cannot follow, or has not joined yet.
#include <algorithm>
#include <catch2/catch.hpp>

#include "sim/frame_edits.hpp"
#include "sim/recovery.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

bool has_member(const Device& device, const ChatId& chat, const Device& whom) {
  const auto members = device.info(chat).members;
  return std::find(members.begin(), members.end(), whom.account()) != members.end();
}

/// A group of which nothing is at the relay yet.
ChatId wants_group(World& world, Device& who, const Device& whom) {
  who.set_network(false);
  world.run_for(1'000);
  return who.with([&](auto& engine) {
    const std::vector<AccountId> members{whom.account()};
    return engine.create_group(world.now(), "Not now", members).value();
  });
}

/// The folder is put back, and the person leaves before the device hears that it was.
void leaves_by_its_copy(World& world, Device& who, const store::MemoryDisk& copy,
                        const ChatId& chat, const Device& other) {
  who.set_network(false);
  put_back(who, copy);
  Outcome left;
  leave(world, who, chat, left);
  who.set_network(true);
  world.run_for(2 * day_ms);
  CHECK(left.result.has_value());
  CHECK(who.info(chat).state == ChatState::left);
  CHECK(!has_member(other, chat, who));
}

}  // namespace

TEST_CASE("who leaves a group that it has lost all memory of is taken out of it") {
  World world(1200);
  const auto people = add_people(world, {"anna", "bo", "cem"});
  auto& anna = *people[0];
  const auto copy = anna.disk().copy();
  const auto chat = make_group(world, people);
  anna.send(chat, "not in her copy");
  REQUIRE(world.settle());
  for (auto* other : {people[1], people[2]}) other->set_network(false);
  world.run_for(1'000);
  put_back(anna, copy);
  world.run_for(10'000);
  REQUIRE(anna.info(chat).state == ChatState::split);
  Outcome left;
  leave(world, anna, chat, left);
  world.run_for(10'000);
  CHECK(!left.result.has_value());
  for (auto* other : {people[1], people[2]}) other->set_network(true);
  world.run_for(2 * day_ms);
  CHECK(anna.info(chat).state == ChatState::left);
  CHECK(left.result.has_value());
  for (auto* other : {people[1], people[2]}) CHECK(!has_member(*other, chat, anna));
  check_together(world, {people[1], people[2]}, chat);
}

TEST_CASE("who leaves a group while it waits for the Welcome to it is taken out of it") {
  World world(1201);
  const auto people = add_people(world, {"anna", "bo", "cem"});
  auto& anna = *people[0];
  const std::vector<AccountId> others{people[1]->account(), people[2]->account()};
  const auto chat = anna.with(
      [&](auto& engine) { return engine.create_group(world.now(), "Not now", others).value(); });
  const auto copy = anna.disk().copy();
  REQUIRE(world.settle());
  // Her copy would make the group once more, and hears that there is one.
  put_back(anna, copy);
  REQUIRE(world.run_until([&] { return anna.info(chat).state == ChatState::joining; }));
  Outcome left;
  leave(world, anna, chat, left);
  CHECK(!left.result.has_value());
  world.run_for(2 * day_ms);
  CHECK(anna.info(chat).state == ChatState::left);
  CHECK(left.result.has_value());
  for (auto* other : {people[1], people[2]}) CHECK(!has_member(*other, chat, anna));
}

TEST_CASE("who is alone in a group that it cannot follow leaves it by itself") {
  World world(1202);
  const auto people = add_people(world, {"anna", "bo"});
  auto& anna = *people[0];
  const auto chat = make_group(world, people);
  const auto copy = anna.disk().copy();
  Outcome bo_left;
  leave(world, *people[1], chat, bo_left);
  REQUIRE(world.run_until([&] { return anna.info(chat).members.size() == 1; }));
  REQUIRE(world.settle());
  put_back(anna, copy);
  world.run_for(10'000);
  REQUIRE(anna.info(chat).state == ChatState::split);
  Outcome left;
  leave(world, anna, chat, left);
  world.run_for(60'000);
  CHECK(left.result.has_value());
  CHECK(anna.info(chat).state == ChatState::left);
}

TEST_CASE("who leaves before it hears that its folder is an old copy is taken out all the same") {
  World world(1203);
  const auto people = add_people(world, {"anna", "bo"});
  auto& anna = *people[0];
  const auto chat = make_group(world, {&anna});
  const auto copy = anna.disk().copy();
  Outcome added;
  add(world, anna, chat, *people[1], added);
  REQUIRE(world.settle());
  anna.send(chat, "not in her copy");
  REQUIRE(world.settle());
  world.run_for(10'000);
  leaves_by_its_copy(world, anna, copy, chat, *people[1]);
}

TEST_CASE("who leaves a group that its old copy has yet to make is taken out of the one that is") {
  World world(1204);
  const auto people = add_people(world, {"anna", "bo"});
  auto& anna = *people[0];
  const auto chat = wants_group(world, anna, *people[1]);
  const auto copy = anna.disk().copy();
  anna.set_network(true);
  REQUIRE(world.settle());
  anna.send(chat, "not in her copy");
  REQUIRE(world.settle());
  leaves_by_its_copy(world, anna, copy, chat, *people[1]);
}

TEST_CASE("who leaves a group before it was ever made has left once the relay is there") {
  World world(1205);
  const auto people = add_people(world, {"anna", "bo"});
  auto& anna = *people[0];
  const auto chat = wants_group(world, anna, *people[1]);
  Outcome left;
  leave(world, anna, chat, left);
  anna.set_network(true);
  world.run_for(60'000);
  CHECK(left.result.has_value());
  CHECK(anna.info(chat).state == ChatState::left);
  CHECK(!people[1]->engine().chat_info(chat).has_value());
}

TEST_CASE("who leaves while its commit brings in the first others is taken out by them") {
  World world(1206);
  const auto people = add_people(world, {"anna", "bo"});
  auto& anna = *people[0];
  const auto chat = make_group(world, {&anna});
  bool sent = false;
  world.relay().on_frame_from_device = [&](Device&, Bytes& frame) {
    sent = sent || count_requests<wire::Append>(frame) > 0;
    return true;
  };
  Outcome added;
  add(world, anna, chat, *people[1], added);
  REQUIRE(world.run_until([&] { return sent; }));
  REQUIRE(anna.info(chat).members.size() == 1);
  Outcome left;
  leave(world, anna, chat, left);
  CHECK(!left.result.has_value());
  REQUIRE(world.settle());
  world.run_for(60'000);
  world.relay().on_frame_from_device = nullptr;
  CHECK(left.result.has_value());
  CHECK(anna.info(chat).state == ChatState::left);
  CHECK(people[1]->info(chat).members.size() == 1);
}

TEST_CASE("who asks to leave twice is out though the other asks too") {
  // Not TwoPeople: with what those have said before, this is right without the check that it is
  // for.
  World world(1208);
  const auto people = add_people(world, {"anna", "bo"});
  auto& anna = *people[0];
  auto& bo = *people[1];
  const auto chat = make_group(world, people);
  // Anna's request is made, and is not at the relay yet.
  world.relay().on_frame_from_device = [&](Device& device, Bytes&) { return &device != &anna; };
  Outcome left[3];
  leave(world, anna, chat, left[0]);
  world.run_for(1'000);
  anna.set_network(false);
  world.run_for(1'000);
  world.relay().on_frame_from_device = nullptr;
  leave(world, bo, chat, left[1]);
  world.run_for(1'000);
  bo.set_network(false);
  world.run_for(1'000);
  leave(world, bo, chat, left[2]);
  anna.set_network(true);
  world.run_for(60'000);
  bo.set_network(true);
  world.run_for(60'000);
  for (const auto& outcome : left) CHECK(outcome.result.has_value());
  for (auto* person : people) CHECK(person->info(chat).state == ChatState::left);
}

TEST_CASE("who asked to leave while it could not follow is out though the other asks as well") {
  TwoPeople two(1209, TwoPeople::In::group);
  auto& [world, people, anna, bo, chat] = two;
  const auto copy = anna.disk().copy();
  anna.send(chat, "not in her copy");
  REQUIRE(world.settle());
  bo.set_network(false);
  world.run_for(1'000);
  put_back(anna, copy);
  REQUIRE(world.run_until([&] { return two.anna.info(two.chat).state == ChatState::split; }));
  Outcome left[2];
  leave(world, anna, chat, left[0]);
  world.run_for(1'000);
  bo.set_network(true);
  REQUIRE(world.run_until([&] { return two.anna.info(two.chat).state == ChatState::active; }));
  // Before he has heard that she wants to leave.
  anna.set_network(false);
  world.run_for(1'000);
  leave(world, bo, chat, left[1]);
  world.run_for(1'000);
  anna.set_network(true);
  world.run_for(60'000);
  for (const auto& outcome : left) CHECK(outcome.result.has_value());
  for (auto* person : people) CHECK(person->info(chat).state == ChatState::left);
}
