// What an app, a relay or the line may hand to an engine that is not as it should be: a typed error
// or a closed connection, and everything as before.
#include <catch2/catch.hpp>

#include "sim/people.hpp"
#include "wire/frames.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

/// Two who know each other, and what Anna's disk and history look like.
struct Pair {
  explicit Pair(std::uint64_t seed)
      : world(seed), people(add_people(world, {"anna", "bo"})), anna(*people[0]), bo(*people[1]) {
    chat = anna.with(
        [&](auto& engine) { return engine.chat_with(world.now(), bo.account()).value(); });
    anna.send(chat, "before");
    REQUIRE(world.settle());
    world.run_for(10'000);
    REQUIRE(world.settle());
  }
  Errc refused(std::string_view text) {
    const auto sent = anna.engine().send_texts(world.now(), chat, {&text, 1});
    REQUIRE_FALSE(sent.has_value());
    return sent.error().errc();
  }
  void check_goes_on() {
    anna.send(chat, "after");
    REQUIRE(world.settle());
    CHECK(bo.texts(chat) == std::vector<std::string>{"before", "after"});
  }

  World world;
  std::vector<Device*> people;
  Device& anna;
  Device& bo;
  ChatId chat;
};

}  // namespace

TEST_CASE("a text of 64 KiB and one byte, or that is not UTF-8, is refused and nothing is queued") {
  Pair pair(600);
  const auto before = pair.anna.disk().dump();
  CHECK(pair.refused(std::string(limits::text_bytes_max + 1, 'a')) == Errc::text_too_long);
  CHECK(pair.refused("\xc3\x28") == Errc::text_not_utf8);
  const std::string good = "good", bad = "\xff";
  const std::string_view both[] = {good, bad};
  const auto sent = pair.anna.engine().send_texts(pair.world.now(), pair.chat, both);
  REQUIRE_FALSE(sent.has_value());
  CHECK(sent.error() == Errc::text_not_utf8);
  CHECK(pair.anna.engine().pending().value().empty());
  CHECK(pair.anna.disk().dump() == before);
  pair.check_goes_on();
}

TEST_CASE("a text of 64 KiB arrives whole") {
  Pair pair(605);
  const std::string longest(limits::text_bytes_max, 'x');
  pair.anna.send(pair.chat, longest);
  REQUIRE(pair.world.settle());
  CHECK(pair.bo.texts(pair.chat).back() == longest);
}

TEST_CASE(
    "a group is begun with 1,999 others; with one more it is refused, and nothing is queued") {
  Pair pair(606);
  std::vector<AccountId> others(limits::chat_devices_max);
  for (std::size_t i = 0; i < others.size(); ++i)
    others[i].bytes = {static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8), 1};
  const auto begin = [&] {
    return pair.anna.engine().create_group(pair.world.now(), "everybody", others);
  };
  const auto before = pair.anna.disk().dump();
  CHECK(begin().error() == Errc::chat_too_large);
  CHECK(pair.anna.disk().dump() == before);
  others.pop_back();
  CHECK(begin().has_value());
  CHECK(pair.anna.disk().dump() != before);
}

TEST_CASE("bytes that are no frame close the device's connection, and it comes back as it was") {
  Pair pair(610);
  for (const auto& junk : {Bytes{}, Bytes{1, 2, 3}, Bytes(limits::frame_bytes_max + 1, 0x55)}) {
    const auto before = pair.anna.disk().dump();
    pair.anna.engine().receive(pair.world.now(), junk);
    CHECK(pair.anna.disk().dump() == before);
    pair.anna.run_outputs();
    pair.world.run_for(10);
    CHECK_FALSE(pair.anna.connected());
    REQUIRE(pair.world.settle());
  }
  pair.check_goes_on();
}

TEST_CASE("an answer to a question that was not asked closes the connection") {
  Pair pair(620);
  pair.anna.engine().receive(pair.world.now(),
                             wire::encode(wire::AnswerFrame{9'999, wire::Done{}}));
  pair.anna.run_outputs();
  pair.world.run_for(10);
  CHECK_FALSE(pair.anna.connected());
  REQUIRE(pair.world.settle());
  pair.check_goes_on();
}

TEST_CASE("entries of a chat that one is not in leave no trace") {
  Pair pair(630);
  const auto before = pair.anna.disk().dump();
  wire::Entries entries;
  entries.log = pair.world.entropy().make<LogId>();
  entries.head = 1;
  wire::Entry entry;
  entry.seq = 1;
  entry.id = pair.world.entropy().make<EntryId>();
  entry.payload = as_bytes("from nowhere");
  entries.entries = {entry};
  pair.anna.engine().receive(pair.world.now(), wire::encode(wire::Push(entries)));
  pair.anna.run_outputs();
  CHECK(pair.anna.disk().dump() == before);
  CHECK(pair.anna.engine().chats().value().size() == 1);
  pair.check_goes_on();
}

TEST_CASE("an entry that no member wrote is passed over, told once, and the chat goes on") {
  Pair pair(640);
  pair.bo.send(pair.chat, "with a commit before it");
  REQUIRE(pair.world.settle());
  // The relay puts something of its own in place of Bo's next message on the way to Anna.
  bool replaced = false;
  const Bytes junk(200, 0x5a);
  pair.world.relay().on_frame_to_device = [&](Device& device, Bytes& frame) {
    auto decoded = wire::decode_server_frame(frame).value();
    auto* push = decoded ? std::get_if<wire::Push>(&*decoded) : nullptr;
    auto* entries = push ? std::get_if<wire::Entries>(push) : nullptr;
    if (&device != &pair.anna || !entries || entries->log != pair.chat || replaced) return true;
    replaced = true;
    entries->entries.front().payload = junk;
    frame = wire::encode(*push);
    return true;
  };
  pair.bo.send(pair.chat, "swallowed");
  REQUIRE(pair.world.settle());
  REQUIRE(replaced);
  CHECK(pair.anna.saw_problem(Errc::header_mismatch));
  pair.bo.send(pair.chat, "the next says what the relay did");
  REQUIRE(pair.world.settle());
  CHECK(pair.anna.count_events<LogForked>() == 1);
  CHECK(pair.anna.texts(pair.chat).back() == "the next says what the relay did");
}

TEST_CASE("who was told another history, and taken out since, hears that it is out") {
  World world(650);
  const auto people = add_people(world, {"anna", "bo", "cem"});
  auto& anna = *people[0];
  auto& bo = *people[1];
  const auto chat = make_group(world, people);
  const Bytes junk(200, 0x5a);
  bool replaced = false;
  world.relay().on_frame_to_device = [&](Device& device, Bytes& frame) {
    auto decoded = wire::decode_server_frame(frame).value();
    auto* push = decoded ? std::get_if<wire::Push>(&*decoded) : nullptr;
    auto* entries = push ? std::get_if<wire::Entries>(push) : nullptr;
    if (&device != &bo || !entries || entries->log != chat || replaced) return true;
    replaced = true;
    entries->entries.front().payload = junk;
    frame = wire::encode(*push);
    return true;
  };
  anna.send(chat, "swallowed");
  REQUIRE(world.settle());
  REQUIRE(replaced);
  bo.set_network(false);
  world.run_for(1'000);
  Outcome removed;
  remove(world, anna, chat, bo, removed);
  REQUIRE(world.settle());
  bo.set_network(true);
  world.run_for(60'000);
  CHECK(bo.count_events<LogForked>() == 1);
  CHECK(bo.info(chat).state == ChatState::left);
}
