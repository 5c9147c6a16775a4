// Who was taken out of a group and is invited into it again.
#include <catch2/catch.hpp>

#include "sim/frame_edits.hpp"
#include "sim/recovery.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

void add_back(World& world, Device& who, const ChatId& chat, const Device& whom) {
  Outcome added;
  add(world, who, chat, whom, added);
  REQUIRE(world.run_until([&] { return added.result.has_value(); }));
  REQUIRE(added.result->has_value());
}

void take_out(World& world, Device& who, const ChatId& chat, const Device& whom) {
  Outcome removed;
  remove(world, who, chat, whom, removed);
  REQUIRE(world.run_until([&] { return removed.result.has_value(); }));
  REQUIRE(removed.result->has_value());
}

/// A group of two that bo knows that he was taken out of.
struct Out {
  explicit Out(std::uint64_t seed) : world(seed) {
    take_out(world, anna, chat, bo);
    world.run_for(60'000);
    REQUIRE(bo.info(chat).state == ChatState::left);
  }
  World world;
  std::vector<Device*> people = add_people(world, {"anna", "bo"});
  Device& anna = *people[0];
  Device& bo = *people[1];
  ChatId chat = make_group(world, people);
};

}  // namespace

TEST_CASE("who was taken out and invited again while it was away is in") {
  for (const bool forgotten : {false, true}) {
    INFO(forgotten);
    World world(1210);
    const auto people = add_people(world, {"anna", "bo", "cem"});
    auto& anna = *people[0];
    auto& bo = *people[1];
    const auto chat = make_group(world, people);
    bo.set_network(false);
    world.run_for(1'000);
    take_out(world, anna, chat, bo);
    // What he has not read the relay keeps, but not for ever.
    if (forgotten) world.run_for(40 * day_ms);
    add_back(world, anna, chat, bo);
    // He reads his invitation, and nothing yet of the log, which says that he was taken out.
    world.relay().on_frame_to_device = [&](Device& device, Bytes& frame) {
      const auto decoded = wire::decode_server_frame(frame).value();
      const auto* answer = decoded ? std::get_if<wire::AnswerFrame>(&*decoded) : nullptr;
      const auto* entries = answer ? std::get_if<wire::Entries>(&answer->answer) : nullptr;
      return &device != &bo || !entries || entries->log != chat;
    };
    bo.set_network(true);
    world.run_for(5'000);
    world.relay().on_frame_to_device = nullptr;
    REQUIRE(bo.info(chat).state == ChatState::active);
    bo.cut();
    world.run_for(60'000);
    check_together(world, people, chat);
  }
}

TEST_CASE("who was taken out and cannot use its new invitation asks to be added") {
  World world(1211);
  const auto people = add_people(world, {"anna", "bo", "cem"});
  auto& anna = *people[0];
  auto& bo = *people[1];
  const auto chat = make_group(world, people);
  take_out(world, anna, chat, bo);
  REQUIRE(world.settle());
  REQUIRE(bo.info(chat).state == ChatState::left);
  // Its KeyPackage is gone when the Welcome comes: what the relay hands out was used before.
  std::optional<Bytes> used;
  world.relay().on_frame_to_device = [&](Device&, Bytes& frame) {
    edit_answer<wire::Claimed>(frame, [&](wire::Claimed& claimed) {
      for (auto& device : claimed.devices) {
        if (device.device != bo.id() || device.key_package.empty()) continue;
        if (!used) used = to_bytes(device.key_package);
        device.key_package = *used;
      }
    });
    return true;
  };
  add_back(world, anna, chat, bo);
  REQUIRE(world.settle());
  take_out(world, anna, chat, bo);
  REQUIRE(world.settle());
  REQUIRE(bo.info(chat).state == ChatState::left);
  add_back(world, anna, chat, bo);
  REQUIRE(world.settle());
  REQUIRE(bo.saw_problem(Errc::mls_key_package_unknown));
  world.relay().on_frame_to_device = nullptr;
  world.run_for(120'000);
  check_together(world, people, chat);
}

TEST_CASE("who has left stays out though the relay has it on its list still") {
  World world(1212);
  const auto people = add_people(world, {"anna", "bo"});
  const auto chat = make_group(world, people);
  Outcome left[2];
  // Both ask, so that nobody is there to carry it out.
  for (std::size_t i = 0; i < 2; ++i) leave(world, *people[i], chat, left[i]);
  world.run_for(60'000);
  for (auto* person : people) person->cut();
  world.run_for(60'000);
  for (auto* person : people) CHECK(person->info(chat).state == ChatState::left);
}

TEST_CASE("who was taken out and invited again while it was away reads what it missed before") {
  World world(1216);
  const auto people = add_people(world, {"anna", "bo"});
  auto& anna = *people[0];
  auto& bo = *people[1];
  const auto chat = make_group(world, people);
  bo.set_network(false);
  world.run_for(1'000);
  anna.send(chat, "while he was in");
  REQUIRE(world.settle());
  take_out(world, anna, chat, bo);
  anna.send(chat, "while he was out");
  REQUIRE(world.settle());
  add_back(world, anna, chat, bo);
  world.run_for(60'000);
  bo.set_network(true);
  world.run_for(60'000);
  check_together(world, people, chat);
  CHECK(count_text(bo, chat, "while he was in") == 1);
  CHECK(count_text(bo, chat, "while he was out") == 0);
  CHECK(count_notices(bo, chat, Notice::What::gap) == 0);
}

TEST_CASE("who was out for a while of what it missed is told that there is a gap") {
  World world(1213);
  const auto people = add_people(world, {"anna", "bo"});
  auto& anna = *people[0];
  auto& bo = *people[1];
  bo.set_network(false);
  world.run_for(1'000);
  const auto chat = anna.with([&](auto& engine) {
    const std::vector<AccountId> him{bo.account()};
    return engine.create_group(world.now(), "Sunday walk", him).value();
  });
  world.run_for(5'000);
  anna.send(chat, "while he was in");
  REQUIRE(world.settle());
  take_out(world, anna, chat, bo);
  add_back(world, anna, chat, bo);
  world.run_for(40 * day_ms);
  anna.send(chat, "in again");
  REQUIRE(world.settle());
  bo.set_network(true);
  world.run_for(60'000);
  check_together(world, people, chat);
  REQUIRE(count_text(bo, chat, "while he was in") == 0);
  CHECK(count_notices(bo, chat, Notice::What::gap) == 1);
}

TEST_CASE("who was put back to before it left and is invited again is told that there is a gap") {
  World world(1214);
  const auto people = add_people(world, {"anna", "bo"});
  auto& anna = *people[0];
  auto& bo = *people[1];
  const auto chat = make_group(world, {&bo, &anna});
  const auto before = anna.disk().copy();
  bo.send(chat, "in her first stay");
  REQUIRE(world.settle());
  Outcome left;
  leave(world, anna, chat, left);
  REQUIRE(world.settle());
  REQUIRE(anna.info(chat).state == ChatState::left);
  put_back(anna, before);
  world.run_for(60'000);
  REQUIRE(anna.info(chat).state == ChatState::split);
  add_back(world, bo, chat, anna);
  world.run_for(60'000);
  check_together(world, people, chat);
  CHECK(count_text(anna, chat, "in her first stay") == 0);
  CHECK(count_notices(anna, chat, Notice::What::gap) == 1);
}

TEST_CASE("who was put back to when it was out asks to be added, for its invitation is used up") {
  Out it(1217);
  const auto copy = it.bo.disk().copy();
  add_back(it.world, it.anna, it.chat, it.bo);
  it.world.run_for(60'000);
  REQUIRE(it.bo.info(it.chat).state == ChatState::active);
  put_back(it.bo, copy);
  it.world.run_for(60'000);
  check_together(it.world, it.people, it.chat);
}

TEST_CASE("who was out stays out though the relay lists it again from before") {
  Out it(1218);
  // As a relay does that was put back to before he was taken out.
  std::size_t lies = 0;
  it.world.relay().on_frame_to_device = [&](Device& device, Bytes& frame) {
    edit_answer<wire::Resumed>(frame, [&](wire::Resumed& resumed) {
      if (&device != &it.bo) return;
      wire::LogHead listed;
      listed.log = it.chat;
      listed.head = 100;
      listed.joined = 1;
      resumed.logs.push_back(listed);
      ++lies;
    });
    return true;
  };
  it.bo.cut();
  it.world.run_for(60'000);
  CHECK(lies > 0);
  CHECK(it.bo.info(it.chat).state == ChatState::left);
}
