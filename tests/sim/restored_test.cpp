// A device whose folder was put back to an older copy (design §4).
#include <catch2/catch.hpp>

#include "sim/frame_edits.hpp"
#include "sim/people.hpp"
#include "wire/frames.hpp"

using namespace tern;
using namespace tern::sim;

TEST_CASE("a Welcome that was used before a folder was put back begins no epoch anew") {
  World world(700);
  const auto people = add_people(world, {"anna", "bo"});
  auto& bo = *people[1];
  const auto before = bo.disk().copy();
  std::optional<Bytes> welcome;
  world.relay().on_frame_to_device = [&](Device& device, Bytes& frame) {
    const auto decoded = wire::decode_server_frame(frame).value();
    const auto* push = decoded ? std::get_if<wire::Push>(&*decoded) : nullptr;
    const auto* entries = push ? std::get_if<wire::Entries>(push) : nullptr;
    if (&device == &bo && entries && entries->entries[0].kind == wire::EntryKind::welcome)
      welcome = frame;
    return true;
  };
  const auto chat = make_group(world, people);
  REQUIRE(welcome);
  bo.send(chat, "under the first key of this epoch");
  REQUIRE(world.settle());
  world.relay().on_frame_to_device = nullptr;

  bo.kill();
  bo.disk().restore(before);
  bo.start();
  REQUIRE(world.run_until([&] { return bo.count_events<DeviceRestored>() > 0; }));
  // A relay that means ill gives it to him again, as the next entry of his inbox.
  const auto decoded = wire::decode_server_frame(*welcome).value();
  auto again = std::get<wire::Entries>(std::get<wire::Push>(*decoded));
  again.head = again.entries[0].seq = again.entries[0].seq + 1;
  bo.engine().receive(world.now(), wire::encode(wire::Push(again)));
  bo.run_outputs();
  CHECK(bo.saw_problem(Errc::mls_key_package_unknown));
  // The next connection shows that his inbox is another; he comes back by being added again.
  bo.cut();
  world.run_for(60'000);
  CHECK(bo.info(chat).state == ChatState::active);
  CHECK(bo.info(chat).epoch > people[0]->info(chat).epoch - 1);
  bo.send(chat, "under another");
  REQUIRE(world.settle());
  CHECK(people[0]->texts(chat).back() == "under another");
}

TEST_CASE("a chat made with a KeyPackage that went with the newer copy is asked for at once") {
  World world(701);
  const auto people = add_people(world, {"anna", "bo"});
  auto& bo = *people[1];
  const auto chat = make_group(world, people);
  const auto before = bo.disk().copy();
  bo.send(chat, "the counter goes up");
  REQUIRE(world.settle());
  bo.kill();
  bo.disk().restore(before);
  // Until his new KeyPackages are at the relay, others are given those that he has lost.
  world.relay().on_frame_from_device = [&](Device& device, Bytes& frame) {
    bool publishes = false;
    edit_request<wire::PublishKeyPackages>(frame, [&](auto&) { publishes = true; });
    return &device != &bo || !publishes;
  };
  bo.start();
  REQUIRE(world.run_until([&] { return bo.count_events<DeviceRestored>() > 0; }));
  const auto other = people[0]->with([&](auto& engine) {
    const std::vector<AccountId> others{bo.account()};
    return engine.create_group(world.now(), "other", others).value();
  });
  REQUIRE(world.run_until([&] { return bo.saw_problem(Errc::mls_key_package_unknown); }));
  world.relay().on_frame_from_device = nullptr;
  // Long before what he has asked for in vain would break the connection.
  world.run_for(5'000);
  REQUIRE(bo.engine().chat_info(other));
  REQUIRE(world.settle());
  CHECK(bo.info(other).state == ChatState::active);
  people[0]->send(other, "welcome");
  REQUIRE(world.settle());
  CHECK(bo.texts(other).back() == "welcome");
}
