#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "sim/ledger.hpp"
#include "sim/people.hpp"
#include "wire/frames.hpp"

using namespace tern;
using namespace tern::sim;

TEST_CASE("a group's members all have every message, in one order and one epoch") {
  World world(200);
  const auto people = add_people(world, {"anna", "bo", "cem", "dia"});
  const auto chat = make_group(world, people);
  Ledger ledger(chat);
  for (int i = 0; i < 20; ++i)
    for (auto* person : people) ledger.send(*person, person->name() + " " + std::to_string(i));
  REQUIRE(world.settle());
  world.run_for(10'000);
  REQUIRE(world.settle());
  CHECK(ledger.verdict(world) == "");
  CHECK(people[3]->info(chat).title == "Sunday walk");
}

TEST_CASE("who leaves a group while it is being made is out of it once it is made") {
  for (std::int64_t after_ms = 0; after_ms < 150; after_ms += 10) {
    INFO(after_ms << " ms");
    World world(205);
    const auto people = add_people(world, {"anna", "bo", "cem"});
    auto& anna = *people[0];
    const std::vector<AccountId> others{people[1]->account(), people[2]->account()};
    const auto chat = anna.with(
        [&](auto& engine) { return engine.create_group(world.now(), "Not now", others).value(); });
    world.run_for(after_ms);
    Outcome left;
    leave(world, anna, chat, left);
    REQUIRE(world.settle());
    REQUIRE(left.result.has_value());
    CHECK(anna.info(chat).state == ChatState::left);
    for (auto* other : {people[1], people[2]}) {
      const auto info = other->engine().chat_info(chat);
      if (info) CHECK(info->members.size() == 2);
    }
  }
}

TEST_CASE("three members commit at the same moment with sends queued, and share one history") {
  for (std::uint64_t seed = 210; seed < 220; ++seed) {
    World world(seed);
    const auto people = add_people(world, {"anna", "bo", "cem"});
    const auto chat = make_group(world, people);
    Ledger ledger(chat);
    for (auto* person : people) person->set_network(false);
    world.run_for(90'000);  // each will heal: the turn of the conversation changes
    for (int i = 0; i < 10; ++i)
      for (auto* person : people) ledger.send(*person, person->name() + " " + std::to_string(i));
    for (auto* person : people) person->set_network(true);
    REQUIRE(world.settle());
    world.run_for(10'000);
    REQUIRE(world.settle());
    INFO("seed " << seed);
    CHECK(ledger.verdict(world) == "");
    CHECK(people[0]->info(chat).epoch > 1);
  }
}

TEST_CASE("a message that the relay calls stale is encrypted again and arrives once") {
  std::size_t met = 0;
  for (std::uint64_t seed = 220; seed < 230; ++seed) {
    World world(seed);
    const auto people = add_people(world, {"anna", "bo", "cem"});
    const auto chat = make_group(world, people);
    auto& bo = *people[1];
    std::map<EntryId, std::set<Bytes>> payloads;
    world.relay().on_frame_from_device = [&](Device& device, Bytes& frame) {
      const auto decoded = wire::decode_request(frame).value();
      const auto* append =
          std::get_if<wire::Append>(&std::get<wire::RequestFrame>(decoded).request);
      if (&device == &bo && append)
        for (const auto& entry : append->entries)
          payloads[entry.id].insert(to_bytes(entry.payload));
      return true;
    };
    std::size_t refused = 0;
    world.relay().on_frame_to_device = [&](Device& device, Bytes& frame) {
      const auto decoded = wire::decode_server_frame(frame).value();
      const auto* answer = decoded ? std::get_if<wire::AnswerFrame>(&*decoded) : nullptr;
      const auto* no = answer ? std::get_if<wire::Refused>(&answer->answer) : nullptr;
      if (&device == &bo && no && no->code == Errc::stale) ++refused;
      return true;
    };
    Outcome removed;
    remove(world, *people[0], chat, *people[2], removed);
    const auto id = bo.send(chat, "at the same moment");
    REQUIRE(world.settle());
    INFO("seed " << seed);
    CHECK(people[0]->texts(chat) == std::vector<std::string>{"at the same moment"});
    CHECK(people[0]->engine().message(chat, *id).has_value());
    if (refused == 0) continue;
    ++met;
    CHECK(std::any_of(payloads.begin(), payloads.end(),
                      [](const auto& sent) { return sent.second.size() > 1; }));
  }
  CHECK(met > 0);
}

TEST_CASE("a removed member's keys and access end with the commit") {
  World world(230);
  const auto people = add_people(world, {"anna", "bo", "cem"});
  const auto chat = make_group(world, people);
  auto& cem = *people[2];
  people[0]->send(chat, "before");
  REQUIRE(world.settle());
  Outcome removed;
  remove(world, *people[0], chat, cem, removed);
  REQUIRE(world.settle());
  REQUIRE(removed.result);
  CHECK(removed.result->has_value());
  people[1]->send(chat, "after");
  REQUIRE(world.settle());
  world.run_for(10'000);

  CHECK(cem.info(chat).state == ChatState::left);
  CHECK(cem.texts(chat) == std::vector<std::string>{"before"});
  CHECK(people[0]->texts(chat) == std::vector<std::string>{"before", "after"});
  CHECK(people[0]->info(chat).members.size() == 2);
  const std::string_view text = "let me in";
  const auto refused = cem.engine().send_texts(world.now(), chat, {&text, 1});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error() == Errc::chat_left);
}

TEST_CASE("who leaves is taken out by the next member, and reads nothing that follows") {
  World world(240);
  const auto people = add_people(world, {"anna", "bo", "cem"});
  const auto chat = make_group(world, people);
  Outcome left;
  leave(world, *people[2], chat, left);
  REQUIRE(world.settle());
  world.run_for(20'000);
  REQUIRE(world.settle());
  people[1]->send(chat, "he is gone");
  REQUIRE(world.settle());
  CHECK(people[2]->info(chat).state == ChatState::left);
  CHECK(people[2]->texts(chat).empty());
  CHECK(people[0]->info(chat).members.size() == 2);
  CHECK(left.result.has_value());
}

TEST_CASE("somebody added later reads what follows and nothing from before") {
  World world(250);
  const auto people = add_people(world, {"anna", "bo"});
  const auto chat = make_group(world, people);
  people[0]->send(chat, "before");
  REQUIRE(world.settle());
  auto& cem = world.add_device("cem");
  REQUIRE(world.settle());
  Outcome added;
  add(world, *people[0], chat, cem, added);
  REQUIRE(world.settle());
  REQUIRE(added.result);
  CHECK(added.result->has_value());
  people[1]->send(chat, "welcome");
  REQUIRE(world.settle());
  CHECK(cem.texts(chat) == std::vector<std::string>{"welcome"});
}

TEST_CASE("a device restored from an old copy of its folder says so, rejoins and reads on") {
  for (std::uint64_t seed = 260; seed < 265; ++seed) {
    World world(seed);
    const auto people = add_people(world, {"anna", "bo", "cem"});
    const auto chat = make_group(world, people);
    auto& bo = *people[1];
    people[0]->send(chat, "one");
    REQUIRE(world.settle());
    world.run_for(10'000);
    auto old_copy = bo.disk().copy();
    bo.send(chat, "two, which the old copy never sent");
    REQUIRE(world.settle());
    people[0]->send(chat, "three");
    REQUIRE(world.settle());
    world.run_for(10'000);
    bo.kill();
    bo.disk().restore(old_copy);
    world.run_for(10);
    bo.start();
    REQUIRE(world.settle());
    world.run_for(30'000);
    people[0]->send(chat, "four");
    bo.send(chat, "five");
    REQUIRE(world.settle());
    world.run_for(10'000);
    REQUIRE(world.settle());
    INFO("seed " << seed);
    CHECK(bo.count_events<DeviceRestored>() > 0);
    CHECK(bo.info(chat).state == ChatState::active);
    CHECK(bo.info(chat).epoch_authenticator == people[0]->info(chat).epoch_authenticator);
    const auto texts = bo.texts(chat);
    for (const auto* expected : {"one", "three", "four", "five"})
      CHECK(std::count(texts.begin(), texts.end(), expected) == 1);
    CHECK(people[0]->texts(chat).size() == 5);
  }
}
