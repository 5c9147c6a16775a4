#include <catch2/catch.hpp>

#include "sim/ledger.hpp"
#include "sim/world.hpp"
#include "wire/frames.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

std::vector<std::string> numbered(const std::string& word, int count) {
  std::vector<std::string> out;
  for (int i = 0; i < count; ++i) out.push_back(word + " " + std::to_string(i));
  return out;
}

/// One of the two opens the chat; the other gets it by Welcome, or opens it too.
ChatId meet(World& world, Device& one, Device& other) {
  const auto chat = one.with(
      [&](auto& engine) { return engine.chat_with(world.now(), other.account()).value(); });
  return chat;
}

}  // namespace

TEST_CASE("a text arrives once at the other side and its sender learns of it") {
  World world(1);
  auto& anna = world.add_device("anna");
  auto& bo = world.add_device("bo");
  REQUIRE(world.settle());
  const auto chat = meet(world, anna, bo);
  const auto id = anna.send(chat, "Tot straks!");
  REQUIRE(world.settle());
  world.run_for(5'000);
  CHECK(bo.texts(chat) == std::vector<std::string>{"Tot straks!"});
  CHECK(anna.engine().message(chat, *id).value().state == MessageState::delivered);

  bo.with([&](auto& engine) { return engine.mark_read(world.now(), chat); }).value();
  world.run_for(5'000);
  CHECK(anna.engine().message(chat, *id).value().state == MessageState::read);
}

TEST_CASE("what is sent offline waits, and arrives in order when both were never online together") {
  World world(2);
  auto& anna = world.add_device("anna");
  auto& bo = world.add_device("bo");
  REQUIRE(world.settle());
  anna.set_network(false);
  const auto chat = meet(world, anna, bo);
  Ledger ledger(chat);
  for (const auto& text : numbered("offline", 30)) ledger.send(anna, text);
  CHECK(anna.engine().pending().value().size() == 30);
  bo.set_network(false);
  world.run_for(10'000);
  anna.set_network(true);
  REQUIRE(world.settle());
  anna.set_network(false);
  bo.set_network(true);
  REQUIRE(world.settle());
  ledger.send(bo, "got them all");
  REQUIRE(world.settle());
  anna.set_network(true);
  REQUIRE(world.settle());
  world.run_for(5'000);
  CHECK(ledger.verdict(world) == "");
}

TEST_CASE("a thousand queued messages take few syncs on any of the three disks") {
  World world(3);
  auto& anna = world.add_device("anna");
  auto& bo = world.add_device("bo");
  REQUIRE(world.settle());
  const auto chat = meet(world, anna, bo);
  Ledger ledger(chat);
  ledger.send(anna, "hello");
  REQUIRE(world.settle());
  world.run_for(60'000);
  anna.set_network(false);
  world.run_for(1'000);
  ledger.send(anna, numbered("queued", 1'000));
  const auto anna_before = anna.counters().syncs;
  const auto bo_before = bo.counters().syncs;
  const auto relay_before = world.relay().counters().syncs;
  anna.set_network(true);
  REQUIRE(world.settle());
  world.run_for(10'000);
  CHECK(ledger.verdict(world) == "");
  CHECK(anna.counters().syncs - anna_before <= 20);
  CHECK(bo.counters().syncs - bo_before <= 20);
  CHECK(world.relay().counters().syncs - relay_before <= 20);
}

TEST_CASE("both start the one-to-one chat at the same moment and share one history") {
  for (std::uint64_t seed = 10; seed < 30; ++seed) {
    World world(seed);
    auto& anna = world.add_device("anna");
    auto& bo = world.add_device("bo");
    REQUIRE(world.settle());
    const auto chat = meet(world, anna, bo);
    CHECK(meet(world, bo, anna) == chat);
    Ledger ledger(chat);
    for (int i = 0; i < 5; ++i) {
      ledger.send(anna, "anna " + std::to_string(i));
      ledger.send(bo, "bo " + std::to_string(i));
    }
    REQUIRE(world.settle());
    world.run_for(10'000);
    INFO("seed " << seed);
    CHECK(ledger.verdict(world) == "");
  }
}

TEST_CASE("an append whose answer was lost is not doubled") {
  World world(40);
  auto& anna = world.add_device("anna");
  auto& bo = world.add_device("bo");
  REQUIRE(world.settle());
  const auto chat = meet(world, anna, bo);
  Ledger ledger(chat);
  ledger.send(anna, "first");
  REQUIRE(world.settle());
  world.run_for(5'000);

  bool lost = false;
  world.relay().on_frame_to_device = [&](Device& device, Bytes&) {
    if (&device != &anna || lost) return true;
    lost = true;
    device.cut();
    return false;
  };
  ledger.send(anna, "answered into the void");
  REQUIRE(world.settle());
  world.run_for(10'000);
  CHECK(lost);
  CHECK(ledger.verdict(world) == "");
}

TEST_CASE("an append cut fifty times sends the same bytes and burns no generation") {
  World world(41);
  auto& anna = world.add_device("anna");
  auto& bo = world.add_device("bo");
  REQUIRE(world.settle());
  const auto chat = meet(world, anna, bo);
  Ledger ledger(chat);
  ledger.send(anna, "first");
  REQUIRE(world.settle());
  world.run_for(90'000);

  std::vector<Bytes> payloads;
  world.relay().on_frame_from_device = [&](Device& device, Bytes& frame) {
    if (&device != &anna || payloads.size() >= 50) return true;
    const auto decoded = wire::decode_request(frame).value();
    const auto* append = std::get_if<wire::Append>(&std::get<wire::RequestFrame>(decoded).request);
    if (!append) return true;
    payloads.push_back(to_bytes(append->entries.front().payload));
    device.cut();
    return false;
  };
  ledger.send(anna, "through the storm");
  REQUIRE(world.settle(10'000'000));
  world.run_for(10'000);
  REQUIRE(payloads.size() == 50);
  for (const auto& payload : payloads) CHECK(payload == payloads.front());
  CHECK(ledger.verdict(world) == "");
}

TEST_CASE("thousands of messages both ways over a bad line arrive once and in one order") {
  for (std::uint64_t seed = 50; seed < 60; ++seed) {
    World world(seed);
    world.weather().cut_one_in = 25;
    auto& anna = world.add_device("anna");
    auto& bo = world.add_device("bo");
    REQUIRE(world.settle());
    const auto chat = meet(world, anna, bo);
    meet(world, bo, anna);
    Ledger ledger(chat);
    for (int i = 0; i < 100; ++i) {
      ledger.send(anna, "anna " + std::to_string(i));
      ledger.send(bo, "bo " + std::to_string(i));
      world.run_for(static_cast<std::int64_t>(world.entropy().below(300)));
    }
    world.weather().cut_one_in = 0;
    REQUIRE(world.settle());
    world.run_for(10'000);
    INFO("seed " << seed);
    CHECK(ledger.verdict(world) == "");
  }
}
