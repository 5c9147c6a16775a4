// Schedules after which a chat once stood still.
#include <algorithm>
#include <catch2/catch.hpp>

#include "sim/ledger.hpp"
#include "sim/people.hpp"
#include "wire/frames.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

/// Whether these began with a Welcome, which is another one now; `payload` keeps it.
bool spoil_welcome(wire::Entries* entries, Bytes& payload) {
  if (!entries || entries->entries.empty()) return false;
  auto& entry = entries->entries.front();
  if (entry.kind != wire::EntryKind::welcome) return false;
  payload = to_bytes(entry.payload);
  payload.back() ^= 1;
  entry.payload = payload;
  return true;
}

bool is_append(const Bytes& frame) {
  const auto decoded = wire::decode_request(frame).value();
  return std::holds_alternative<wire::Append>(std::get<wire::RequestFrame>(decoded).request);
}

}  // namespace

TEST_CASE("a leave whose append is lost is sent again, and the member gets out") {
  World world(500);
  const auto people = add_people(world, {"anna", "bo", "cem"});
  const auto chat = make_group(world, people);
  auto& cem = *people[2];
  std::size_t lost = 0;
  world.relay().on_frame_from_device = [&](Device& device, Bytes& frame) {
    if (&device != &cem || lost == 2 || !is_append(frame)) return true;
    ++lost;
    if (lost == 1) device.cut();
    if (lost == 2) device.kill();
    return false;
  };
  Outcome left;
  leave(world, cem, chat, left);
  world.run_for(30'000);
  cem.start();
  REQUIRE(world.settle());
  world.run_for(30'000);
  CHECK(lost == 2);
  CHECK(cem.info(chat).state == ChatState::left);
  CHECK(people[0]->info(chat).members.size() == 2);
}

TEST_CASE("two who leave at the same moment are both out") {
  for (std::uint64_t seed = 510; seed < 515; ++seed) {
    World world(seed);
    const auto people = add_people(world, {"anna", "bo"});
    const auto chat = make_group(world, people);
    std::vector<Outcome> left(2);
    for (std::size_t i = 0; i < 2; ++i) leave(world, *people[i], chat, left[i]);
    world.run_for(60'000);
    INFO("seed " << seed);
    for (std::size_t i = 0; i < 2; ++i) {
      CHECK(people[i]->info(chat).state == ChatState::left);
      CHECK(left[i].result.has_value());
    }
  }
}

TEST_CASE("a device whose burst of commits is used up sleeps until it may carry out a leave") {
  World world(520);
  const auto people = add_people(world, {"anna", "bo", "cem"});
  const auto chat = make_group(world, people);
  people[1]->set_network(false);
  for (int i = 0; i < 5; ++i) make_group(world, {people[0], people[2]});
  Outcome left;
  leave(world, *people[2], chat, left);
  // Whoever spins stands still in virtual time: the world would never get this far.
  world.run_for(60'000);
  CHECK(people[2]->info(chat).state == ChatState::left);
}

TEST_CASE("a relay that refuses reads for five seconds is asked again after five seconds") {
  World world(530);
  const auto people = add_people(world, {"anna", "bo"});
  const auto chat = make_group(world, people);
  auto& bo = *people[1];
  bo.set_network(false);
  world.run_for(1'000);
  people[0]->send(chat, "read me");
  REQUIRE(world.settle());
  std::map<std::uint32_t, bool> reads;
  world.relay().on_frame_from_device = [&](Device& device, Bytes& frame) {
    const auto decoded = wire::decode_request(frame).value();
    const auto& request = std::get<wire::RequestFrame>(decoded);
    const auto* read = std::get_if<wire::Read>(&request.request);
    if (&device == &bo && read && read->log == chat) reads[request.id] = true;
    return true;
  };
  world.relay().on_frame_to_device = [&](Device& device, Bytes& frame) {
    const auto decoded = wire::decode_server_frame(frame).value();
    const auto* answer = decoded ? std::get_if<wire::AnswerFrame>(&*decoded) : nullptr;
    if (&device != &bo || !answer || !reads.contains(answer->id) || reads.size() > 3) return true;
    wire::Refused full;
    full.code = Errc::storage_full;
    full.retry_after_ms = 5'000;
    frame = wire::encode(wire::AnswerFrame{answer->id, full});
    return true;
  };
  bo.set_network(true);
  world.run_for(60'000);
  CHECK(reads.size() == 4);
  CHECK(bo.texts(chat) == std::vector<std::string>{"read me"});
}

TEST_CASE("who never got the answer to making a chat hears what the other says in it") {
  World world(540);
  const auto people = add_people(world, {"anna", "bo"});
  auto& anna = *people[0];
  auto& bo = *people[1];
  std::optional<std::uint32_t> creation;
  world.relay().on_frame_from_device = [&](Device&, Bytes& frame) {
    const auto decoded = wire::decode_request(frame).value();
    const auto& request = std::get<wire::RequestFrame>(decoded);
    if (!creation && std::holds_alternative<wire::CreateLog>(request.request))
      creation = request.id;
    return true;
  };
  bool lost = false;
  world.relay().on_frame_to_device = [&](Device& device, Bytes& frame) {
    const auto decoded = wire::decode_server_frame(frame).value();
    const auto* answer = decoded ? std::get_if<wire::AnswerFrame>(&*decoded) : nullptr;
    if (&device != &anna || lost || !answer || answer->id != creation) return true;
    lost = true;
    anna.cut();
    return false;
  };
  const auto chat =
      anna.with([&](auto& engine) { return engine.chat_with(world.now(), bo.account()).value(); });
  REQUIRE(world.settle());
  REQUIRE(lost);
  bo.send(chat, "are you there?");
  world.run_for(60'000);
  CHECK(anna.texts(chat) == std::vector<std::string>{"are you there?"});
}

TEST_CASE("a chat of two is not left, and goes on") {
  World world(540);
  const auto people = add_people(world, {"anna", "bo"});
  const auto chat = people[0]->with(
      [&](auto& engine) { return engine.chat_with(world.now(), people[1]->account()).value(); });
  Outcome left;
  leave(world, *people[0], chat, left);
  REQUIRE(left.result.has_value());
  CHECK(left.result->error() == Errc::policy_violated);
  people[0]->send(chat, "still here");
  REQUIRE(world.settle());
  CHECK(people[1]->texts(chat) == std::vector<std::string>{"still here"});
}

TEST_CASE("who was second and cannot use the Welcome asks to rejoin, and the queued text arrives") {
  World world(550);
  auto& anna = world.add_device("anna");
  auto& bo = world.add_device("bo");
  REQUIRE(world.settle());
  const auto meet = [&](Device& one, Device& other) {
    return one.with(
        [&](auto& engine) { return engine.chat_with(world.now(), other.account()).value(); });
  };
  bo.set_network(false);
  world.run_for(100);
  const auto chat = meet(anna, bo);
  anna.send(chat, "first");
  REQUIRE(world.settle());
  // Bo's Welcome comes to him as something else.
  bool spoiled = false;
  world.relay().on_frame_to_device = [&](Device& device, Bytes& frame) {
    if (&device != &bo) return true;
    auto decoded = wire::decode_server_frame(frame).value();
    auto* answer = decoded ? std::get_if<wire::AnswerFrame>(&*decoded) : nullptr;
    auto* entries = answer ? std::get_if<wire::Entries>(&answer->answer) : nullptr;
    Bytes payload;
    if (spoiled || !spoil_welcome(entries, payload)) return true;
    spoiled = true;
    frame = wire::encode(*answer);
    return true;
  };
  CHECK(meet(bo, anna) == chat);
  bo.send(chat, "second");
  bo.set_network(true);
  world.run_for(120'000);
  REQUIRE(spoiled);
  CHECK(bo.info(chat).state == ChatState::active);
  const auto texts = anna.texts(chat);
  CHECK(std::count(texts.begin(), texts.end(), "second") == 1);
}

TEST_CASE("who cannot use the Welcome to a group asks to be added when it next connects") {
  World world(555);
  const auto people = add_people(world, {"anna", "bo"});
  auto& bo = *people[1];
  bool spoiled = false;
  world.relay().on_frame_to_device = [&](Device& device, Bytes& frame) {
    auto decoded = wire::decode_server_frame(frame).value();
    auto* push = decoded ? std::get_if<wire::Push>(&*decoded) : nullptr;
    auto* entries = push ? std::get_if<wire::Entries>(push) : nullptr;
    Bytes payload;
    if (&device != &bo || spoiled || !spoil_welcome(entries, payload)) return true;
    spoiled = true;
    frame = wire::encode(*push);
    return true;
  };
  const auto chat = make_group(world, people);
  people[0]->send(chat, "are you there?");
  world.run_for(5'000);
  REQUIRE(spoiled);
  // It has read on, and hears of the chat from nothing but its next connection: nothing is left to
  // read in its inbox then.
  bo.cut();
  REQUIRE(world.run_until([&] { return bo.connected() && bo.engine().settled(); }));
  bo.cut();
  world.run_for(60'000);
  REQUIRE(bo.engine().chat_info(chat).has_value());
  CHECK(bo.info(chat).state == ChatState::active);
  people[0]->send(chat, "there you are");
  REQUIRE(world.settle());
  CHECK(bo.texts(chat).back() == "there you are");
}

TEST_CASE("a relay whose disk refuses what it has kept all the same costs nobody the chat") {
  for (std::uint64_t operation = 1; operation <= 12; ++operation) {
    INFO("the relay's storage operation " << operation);
    World world(570 + operation);
    const auto people = add_people(world, {"anna", "bo"});
    auto& relay = world.relay();
    const auto fails_for_a_second = [&] {
      relay.set_outlives_disk_errors(true);
      relay.disk().fail_at(relay.disk().operations() + operation, Errc::storage_io,
                           store::CommitOutcome::kept);
      world.run_for(1'000);
      relay.disk().fail_at(std::nullopt);
      // Nobody was told of what it has kept: the next connection shows it.
      for (auto* person : people) person->cut();
    };
    const auto chat = people[0]->with([&](auto& engine) {
      return engine.create_group(world.now(), "", std::vector{people[1]->account()}).value();
    });
    fails_for_a_second();
    REQUIRE(world.settle());
    people[1]->send(chat, "one");
    REQUIRE(world.settle());
    world.run_for(90'000);
    people[0]->send(chat, "two, with a commit");
    fails_for_a_second();
    REQUIRE(world.settle());
    for (auto* person : people) {
      CHECK(person->count_events<DeviceRestored>() == 0);
      CHECK(person->texts(chat) == std::vector<std::string>{"one", "two, with a commit"});
      for (const auto& message : person->history(chat)) {
        const auto* notice = std::get_if<Notice>(&message.body);
        CHECK_FALSE((notice && notice->what == Notice::What::rejoined));
      }
    }
  }
}

TEST_CASE("who made a chat and forgot it in a power cut hears at once of what the other writes") {
  World world(590);
  const auto people = add_people(world, {"anna", "bo"});
  auto& anna = *people[0];
  auto& bo = *people[1];
  const auto chat =
      anna.with([&](auto& engine) { return engine.chat_with(world.now(), bo.account()).value(); });
  REQUIRE(world.run_until([&] { return anna.info(chat).state == ChatState::active; }));
  anna.kill(true);
  anna.start();
  REQUIRE(anna.info(chat).state == ChatState::setting_up);
  REQUIRE(world.settle());
  REQUIRE(anna.info(chat).state == ChatState::active);
  bo.send(chat, "hello");
  REQUIRE(world.settle());
  world.run_for(1'000);
  CHECK(anna.texts(chat) == std::vector<std::string>{"hello"});
}

TEST_CASE("a device whose disk grows while it reads twenty chats reads all of them") {
  World world(560);
  const auto people = add_people(world, {"anna", "bo"});
  std::vector<ChatId> chats;
  for (int i = 0; i < 20; ++i) chats.push_back(make_group(world, people));
  auto& bo = *people[1];
  bo.set_network(false);
  world.run_for(1'000);
  for (const auto& chat : chats)
    for (int i = 0; i < 5; ++i) people[0]->send(chat, std::string(2'000, 'x') + std::to_string(i));
  REQUIRE(world.settle());
  const auto now = bo.disk().operations();
  bo.disk().fail_at(now + 40, Errc::storage_map_full);
  bo.set_network(true);
  world.run_for(120'000);
  for (const auto& chat : chats) CHECK(bo.texts(chat).size() == 5);
}

TEST_CASE("who writes while the relay's buffer for it is full hears what the others write next") {
  World world(570);
  const auto people = add_people(world, {"anna", "bo"});
  const auto chat = make_group(world, people);
  auto& anna = *people[0];
  auto& bo = *people[1];
  for (auto* person : people) {
    person->send(chat, "hello");
    REQUIRE(world.settle());
    world.run_for(90'000);
  }
  world.relay().set_writable(bo, false);
  bo.send(chat, "can you hear me?");
  REQUIRE(world.settle());
  world.relay().set_writable(bo, true);
  anna.send(chat, "yes");
  world.run_for(60'000);
  CHECK(bo.texts(chat).back() == "yes");
}
