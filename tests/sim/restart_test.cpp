// A chat that nobody can follow any more begins anew in its log (design §4).
#include <catch2/catch.hpp>

#include "sim/recovery.hpp"
#include "wire/frames.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

struct Pair : TwoPeople {
  explicit Pair(std::uint64_t seed) : TwoPeople(seed, In::pair) { world.run_for(10'000); }

  /// Both write, and both folders are put back to before it.
  void lose_what_both_write(std::uint64_t cut_one_in = 0) {
    const auto annas = anna.disk().copy();
    const auto bos = bo.disk().copy();
    anna.send(chat, "in neither copy");
    bo.send(chat, "nor this");
    REQUIRE(world.settle());
    world.weather().cut_one_in = cut_one_in;
    put_back(anna, annas);
    put_back(bo, bos);
  }
};

}  // namespace

TEST_CASE("two who have both lost their state begin anew by themselves, and are shown it") {
  for (std::uint64_t seed = 600; seed < 615; ++seed) {
    INFO("seed " << seed);
    Pair pair(seed);
    pair.lose_what_both_write();
    pair.anna.send(pair.chat, "written while she waited");
    REQUIRE(pair.world.run_until([&] {
      return pair.anna.info(pair.chat).state == ChatState::active &&
             pair.bo.info(pair.chat).state == ChatState::active;
    }));
    check_together(pair.world, pair.people, pair.chat);
    for (auto* person : pair.people) {
      CHECK(count_text(*person, pair.chat, "before") == 1);
      CHECK(count_text(*person, pair.chat, "written while she waited") == 1);
      CHECK(count_notices(*person, pair.chat, Notice::What::restarted) == 1);
      CHECK(person->count_events<ChatRestarted>() == 1);
    }
    CHECK(last_event<ChatRestarted>(pair.anna)->by == last_event<ChatRestarted>(pair.bo)->by);
  }
}

// Its log's id says that it is theirs, and they meet in a group.
TEST_CASE("a chat of two that neither remembers begins anew by itself") {
  TwoPeople two(616, TwoPeople::In::group);
  two.world.run_for(10'000);
  const auto annas = two.anna.disk().copy();
  const auto bos = two.bo.disk().copy();
  const auto chat = make_pair(two.world, two.anna, two.bo);
  two.anna.send(chat, "in neither copy");
  REQUIRE(two.world.settle());
  put_back(two.anna, annas);
  put_back(two.bo, bos);
  two.world.run_for(60'000);
  for (auto* person : two.people) {
    CHECK(person->info(chat).state == ChatState::split);
    CHECK(person->info(chat).one_to_one);
  }
  two.world.run_for(2 * day_ms);
  check_together(two.world, two.people, chat);
}

TEST_CASE("who is not answered for a day begins a chat of two anew, and the other loses nothing") {
  for (std::uint64_t seed = 620; seed < 630; ++seed) {
    INFO("seed " << seed);
    Pair pair(seed);
    const auto bos = pair.bo.disk().copy();
    pair.anna.send(pair.chat, "not in his copy");
    REQUIRE(pair.world.settle());
    pair.anna.set_network(false);
    pair.world.run_for(1'000);
    pair.anna.send(pair.chat, "written offline");
    put_back(pair.bo, bos);
    pair.bo.send(pair.chat, "is anybody there?");
    pair.world.run_for(day_ms / 2);
    CHECK(pair.bo.info(pair.chat).state == ChatState::split);
    pair.world.run_for(day_ms);
    CHECK(pair.bo.info(pair.chat).state == ChatState::active);

    pair.anna.set_network(true);
    REQUIRE(pair.world.settle());
    check_together(pair.world, pair.people, pair.chat);
    for (auto* person : pair.people) {
      for (const auto* text : {"before", "not in his copy", "written offline", "is anybody there?"})
        CHECK(count_text(*person, pair.chat, text) == 1);
      REQUIRE(person->count_events<ChatRestarted>() == 1);
      CHECK(last_event<ChatRestarted>(*person)->by == pair.bo.account());
    }
    CHECK(count_notices(pair.anna, pair.chat, Notice::What::gap) == 0);
  }
}

TEST_CASE(
    "who began anew in a history that the relay has lost comes back into the one that goes on") {
  Pair pair(645);
  auto& [world, people, anna, bo, chat] = static_cast<TwoPeople&>(pair);
  const auto bos = bo.disk().copy();
  anna.send(chat, "not in his copy");
  REQUIRE(world.settle());
  const auto relays = world.relay().disk().copy();
  anna.set_network(false);
  put_back(bo, bos);
  world.run_for(2 * day_ms);
  REQUIRE(bo.count_events<ChatRestarted>() == 1);
  bo.set_network(false);
  put_back(world.relay(), relays);
  anna.set_network(true);
  world.run_for(60'000);
  for (int i = 0; i < 10; ++i) anna.send(chat, "forgotten by the relay " + std::to_string(i));
  world.run_for(40 * day_ms);
  bo.set_network(true);
  world.run_for(60'000);
  check_together(world, people, chat);
}

// The relay takes one request a day, and the answer to the first is for a KeyPackage that is gone.
TEST_CASE("who was put back twice in a day begins anew though the log has gone on meanwhile") {
  for (std::uint64_t seed = 630; seed < 635; ++seed) {
    INFO("seed " << seed);
    Pair pair(seed);
    const auto bos = pair.bo.disk().copy();
    pair.anna.send(pair.chat, "not in his copy");
    REQUIRE(pair.world.settle());
    pair.anna.set_network(false);
    put_back(pair.bo, bos);
    pair.world.run_for(60'000);
    put_back(pair.bo, bos);
    pair.world.run_for(60'000);
    pair.anna.set_network(true);
    pair.anna.send(pair.chat, "behind an answer that he cannot use");
    pair.world.run_for(60'000);
    REQUIRE(pair.bo.info(pair.chat).state == ChatState::split);
    pair.world.run_for(2 * day_ms);
    check_together(pair.world, pair.people, pair.chat);
    for (const auto* text : {"not in his copy", "behind an answer that he cannot use"})
      CHECK(count_text(pair.bo, pair.chat, text) == 1);
  }
}

TEST_CASE("a group of which all have lost their state is begun anew by an admin") {
  for (std::uint64_t seed = 640; seed < 650; ++seed) {
    INFO("seed " << seed);
    World world(seed);
    const auto people = add_people(world, {"anna", "bo", "cem", "dora"});
    const auto chat = make_group(world, people);
    auto& dora = *people[3];
    std::vector<store::MemoryDisk> copies;
    for (auto* person : people) copies.push_back(person->disk().copy());
    // She is taken out after the copies were made: what the log shows counts.
    Outcome removed;
    remove(world, *people[0], chat, dora, removed);
    REQUIRE(world.settle());
    // The relay hears from each that it has gone on since.
    for (std::size_t i = 0; i < 3; ++i) people[i]->send(chat, "in nobody's copy");
    REQUIRE(world.settle());
    world.run_for(10'000);
    const std::vector<Device*> left(people.begin(), people.begin() + 3);
    for (std::size_t i = 0; i < left.size(); ++i) put_back(*left[i], copies[i]);
    REQUIRE(world.run_until([&] {
      return std::all_of(left.begin(), left.end(), [&](Device* person) {
        return person->info(chat).state == ChatState::active;
      });
    }));
    check_together(world, left, chat);
    for (auto* person : left) {
      CHECK(person->count_events<ChatRestarted>() == 1);
      CHECK(person->info(chat).members.size() == 3);
    }
    CHECK(last_event<ChatRestarted>(*people[1])->by == people[0]->account());
    CHECK(dora.info(chat).state == ChatState::left);
    CHECK(dora.count_events<ChatRestarted>() == 0);
  }
}

TEST_CASE("a group whose members are only away is begun anew when its admin asks for it") {
  World world(660);
  const auto people = add_people(world, {"anna", "bo", "cem"});
  const auto chat = make_group(world, people);
  auto& anna = *people[0];
  Outcome too_early;
  anna.engine().restart(world.now(), chat, too_early.done());
  anna.run_outputs();
  REQUIRE(too_early.result);
  CHECK(too_early.result->error() == Errc::invalid_argument);

  const auto annas = anna.disk().copy();
  const auto bos = people[1]->disk().copy();
  people[1]->send(chat, "not in her copy");
  anna.send(chat, "nor in his");
  REQUIRE(world.settle());
  for (auto* person : {people[1], people[2]}) person->set_network(false);
  world.run_for(1'000);
  put_back(anna, annas);
  world.run_for(3 * day_ms);
  CHECK(anna.info(chat).state == ChatState::split);

  SECTION("by herself") {
    Outcome done;
    anna.engine().restart(world.now(), chat, done.done());
    anna.run_outputs();
    world.run_for(60'000);
    REQUIRE(done.result);
    CHECK(done.result->has_value());
    CHECK(anna.info(chat).state == ChatState::active);
    for (auto* person : {people[1], people[2]}) person->set_network(true);
    REQUIRE(world.settle());
    CHECK(people[2]->count_events<ChatRestarted>() == 1);
    check_together(world, people, chat);
    CHECK(count_text(anna, chat, "not in her copy") == 1);
  }
  SECTION("a member who is no admin is refused") {
    put_back(*people[1], bos);
    people[1]->set_network(true);
    world.run_for(10'000);
    REQUIRE(people[1]->info(chat).state == ChatState::split);
    Outcome refused;
    people[1]->engine().restart(world.now(), chat, refused.done());
    people[1]->run_outputs();
    REQUIRE(refused.result);
    CHECK(refused.result->error() == Errc::policy_violated);
    people[2]->set_network(true);
    world.run_for(60'000);
    CHECK(people[1]->count_events<ChatRestarted>() == 0);
  }
  check_together(world, people, chat);
}

TEST_CASE("who begins anew is killed at any write: the chat is begun once, and goes on") {
  for (const auto outcome : {store::CommitOutcome::lost, store::CommitOutcome::kept}) {
    bool died = true;
    for (std::uint64_t write = 1; died && write < 200; write += 2) {
      INFO("write " << write);
      Pair pair(670);
      const auto bos = pair.bo.disk().copy();
      pair.anna.send(pair.chat, "not in his copy");
      REQUIRE(pair.world.settle());
      pair.anna.set_network(false);
      pair.world.run_for(1'000);
      put_back(pair.bo, bos);
      pair.bo.send(pair.chat, "anybody?");
      pair.world.run_for(day_ms - 60'000);
      REQUIRE(pair.bo.info(pair.chat).state == ChatState::split);
      pair.bo.disk().fail_at(pair.bo.disk().operations() + write, Errc::storage_io, outcome);
      pair.world.run_for(300'000);
      died = !pair.bo.running();
      pair.bo.disk().fail_at(std::nullopt);
      pair.bo.kill(true);
      pair.bo.start();
      pair.world.run_for(300'000);
      pair.anna.set_network(true);
      REQUIRE(pair.world.settle());
      check_together(pair.world, pair.people, pair.chat);
      CHECK(pair.anna.count_events<ChatRestarted>() == 1);
      CHECK(count_text(pair.bo, pair.chat, "not in his copy") == 1);
    }
  }
}

TEST_CASE("two who begin anew over a bad line end in one group") {
  for (std::uint64_t seed = 690; seed < 710; ++seed) {
    INFO("seed " << seed);
    Pair pair(seed);
    pair.lose_what_both_write(12);
    pair.world.run_for(300'000);
    pair.world.weather().cut_one_in = 0;
    pair.world.run_for(2 * day_ms);
    REQUIRE(pair.world.settle());
    check_together(pair.world, pair.people, pair.chat);
  }
}
