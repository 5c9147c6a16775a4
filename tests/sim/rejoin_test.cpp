// Being added again (design §4): who may ask, how often, and who says what again.
#include <catch2/catch.hpp>

#include "mls/key_package_record.hpp"
#include "sim/frame_edits.hpp"
#include "sim/recovery.hpp"
#include "sim/stolen_folder.hpp"
#include "wire/frames.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

struct Restored {
  Restored(World& world, const std::vector<Device*>& people)
      : chat(make_group(world, people)), copy(people[1]->disk().copy()) {}
  ChatId chat;
  store::MemoryDisk copy;
};

std::vector<Device*> crowd(World& world, std::size_t size) {
  std::vector<Device*> out;
  for (std::size_t i = 0; i < size; ++i)
    out.push_back(&world.add_device("member " + std::to_string(i)));
  REQUIRE(world.settle());
  return out;
}

// Each request to be added again that comes to the relay from here on.
void count_rejoins(World& world, std::size_t& asked) {
  world.relay().on_frame_from_device = [&asked](Device&, Bytes& frame) {
    edit_request<wire::Append>(frame, [&asked](wire::Append& append) {
      asked += append.entries.front().kind == wire::EntryKind::rejoin ? 1 : 0;
    });
    return true;
  };
}

Bytes made_hours_later(ByteSpan message, const crypto::SigningKey& key) {
  auto key_package = mls::open_key_package(message).value();
  for (auto& extension : key_package.leaf_node.extensions)
    if (extension.type == mls::extension_tern_leaf_time) ++extension.data[4];  // 2^24 ms
  mls::sign_leaf(key_package.leaf_node, {}, key);
  mls::sign_key_package(key_package, key);
  return mls::key_package_message(key_package);
}

}  // namespace

TEST_CASE("a device that nobody answers asks once a day") {
  World world(940);
  const auto people = add_people(world, {"anna", "bo", "cem"});
  const Restored restored(world, people);
  people[1]->send(restored.chat, "not in his copy");
  REQUIRE(world.settle());
  for (auto* other : {people[0], people[2]}) other->set_network(false);
  world.run_for(1'000);
  std::size_t asked = 0;
  count_rejoins(world, asked);
  put_back(*people[1], restored.copy);
  world.run_for(day_ms / 2);
  CHECK(asked == 1);
  for (int i = 0; i < 10; ++i) {
    people[1]->cut();
    world.run_for(60'000);
  }
  CHECK(asked == 1);
  world.run_for(2 * day_ms);
  CHECK(asked >= 2);
  CHECK(asked <= 3);
  world.relay().on_frame_from_device = nullptr;
}

TEST_CASE("authors say again what one of 32 devices missed; of 33 it is marked as a gap") {
  for (const std::size_t size : {32u, 33u}) {
    INFO(size << " devices");
    World world(950 + size);
    const auto people = crowd(world, size);
    const Restored restored(world, people);
    auto& bo = *people[1];
    people[0]->send(restored.chat, "not in his copy");
    REQUIRE(world.settle());
    bo.send(restored.chat, "his own");
    REQUIRE(world.settle());
    put_back(bo, restored.copy);
    world.run_for(60'000);
    REQUIRE(world.settle());
    REQUIRE(bo.info(restored.chat).state == ChatState::active);
    const bool again = size == 32;
    CHECK(count_text(bo, restored.chat, "not in his copy") == (again ? 1 : 0));
    CHECK(count_notices(bo, restored.chat, Notice::What::gap) == (again ? 0 : 1));
    CHECK(count_text(*people[2], restored.chat, "not in his copy") == 1);
  }
}

TEST_CASE("who was taken out and is invited again is not told that something is missing") {
  World world(980);
  const auto people = add_people(world, {"anna", "bo", "cem"});
  const auto chat = make_group(world, people);
  Outcome removed;
  remove(world, *people[0], chat, *people[1], removed);
  REQUIRE(world.settle());
  people[0]->send(chat, "without him");
  REQUIRE(world.settle());
  Outcome added;
  add(world, *people[0], chat, *people[1], added);
  REQUIRE(world.settle());
  check_together(world, people, chat);
  CHECK(count_text(*people[1], chat, "without him") == 0);
  // Nor when somebody else comes in.
  remove(world, *people[0], chat, *people[2], removed);
  REQUIRE(world.settle());
  add(world, *people[0], chat, *people[2], added);
  REQUIRE(world.settle());
  check_together(world, people, chat);
  CHECK(count_notices(*people[1], chat, Notice::What::gap) == 0);
}

TEST_CASE(
    "what was said before the newest member came is missed by who comes back, who is told so") {
  for (const bool another_comes : {false, true}) {
    INFO(another_comes);
    World world(981);
    const auto people = add_people(world, {"anna", "bo", "cem"});
    auto& anna = *people[0];
    auto& bo = *people[1];
    const Restored restored(world, people);
    const auto chat = restored.chat;
    anna.send(chat, "before");
    REQUIRE(world.settle());
    // The devices are the same as bo knew them all the same.
    Outcome removed, added;
    if (another_comes) {
      remove(world, anna, chat, *people[2], removed);
      REQUIRE(world.settle());
      add(world, anna, chat, *people[2], added);
      REQUIRE(world.settle());
    }
    put_back(bo, restored.copy);
    world.run_for(60'000);
    check_together(world, people, chat);
    CHECK(count_text(bo, chat, "before") == (another_comes ? 0 : 1));
    CHECK(count_notices(bo, chat, Notice::What::gap) == (another_comes ? 1 : 0));
  }
}

TEST_CASE("a device restored from an old copy sends nothing with its old keys, and says so once") {
  for (std::uint64_t seed = 990; seed < 995; ++seed) {
    INFO("seed " << seed);
    World world(seed);
    const auto people = add_people(world, {"anna", "bo", "cem"});
    auto& bo = *people[1];
    const Restored restored(world, people);
    bo.send(restored.chat, "the counter goes up");
    REQUIRE(world.settle());
    world.run_for(10'000);
    bo.kill();
    bo.disk().restore(restored.copy);
    bool rejoined = false;
    std::size_t before_rejoin = 0;
    bool renewed = false;
    world.relay().on_frame_from_device = [&](Device& device, Bytes& frame) {
      if (&device != &bo) return true;
      edit_request<wire::Append>(frame, [&](wire::Append& append) {
        if (append.entries.front().kind == wire::EntryKind::rejoin)
          rejoined = true;
        else if (!rejoined)
          ++before_rejoin;
      });
      edit_request<wire::PublishKeyPackages>(
          frame, [&](wire::PublishKeyPackages& publish) { renewed |= publish.replace; });
      return true;
    };
    bo.start();
    bo.send(restored.chat, "queued in the old copy");
    world.run_for(60'000);
    world.relay().on_frame_from_device = nullptr;
    CHECK(rejoined);
    CHECK(before_rejoin == 0);
    CHECK(renewed);
    CHECK(bo.count_events<DeviceRestored>() == 1);
    check_together(world, people, restored.chat);
    CHECK(count_text(*people[0], restored.chat, "queued in the old copy") == 1);
  }
}

// By another's commit, or by the author's own, which would take it along.
TEST_CASE("what waits to be said again is kept from who has come in meanwhile") {
  const std::size_t writer = GENERATE(0u, 2u);
  World world(1'000 + writer);
  const auto people = add_people(world, {"anna", "bo", "cem", "dia"});
  auto &anna = *people[0], &bo = *people[1], &cem = *people[2], &dia = *people[3];
  auto& author = *people[writer];
  const auto chat = make_group(world, {&anna, &bo, &cem});
  const auto copy = bo.disk().copy();
  author.send(chat, "before dia came");
  REQUIRE(world.settle());
  // The relay is not given it a second time: its author has it queued.
  bool held = true;
  bool back = false;
  world.relay().on_frame_from_device = [&](Device& device, Bytes& frame) {
    bool appends = false;
    edit_request<wire::Append>(frame, [&](wire::Append& append) {
      appends = append.entries.front().kind == wire::EntryKind::application;
    });
    return !(held && back && appends && &device == &author);
  };
  back = true;
  put_back(bo, copy);
  REQUIRE(world.run_until([&] {
    return bo.engine().chat_info(chat) && bo.info(chat).state == ChatState::active &&
           bo.info(chat).epoch == author.info(chat).epoch && bo.info(chat).epoch > 1;
  }));
  Outcome added;
  add(world, anna, chat, dia, added);
  REQUIRE(world.run_until([&] { return author.info(chat).members.size() == 4; }));
  held = false;
  REQUIRE(world.settle());
  check_together(world, people, chat);
  world.relay().on_frame_from_device = nullptr;
  CHECK(count_text(dia, chat, "before dia came") == 0);
  CHECK(count_text(bo, chat, "before dia came") == 0);
  CHECK(count_notices(bo, chat, Notice::What::gap) == 1);
  CHECK(count_notices(author, chat, Notice::What::gap) == 0);
}

TEST_CASE("who was put back to before most others came is let in again by somebody it knows") {
  for (std::uint64_t seed = 1000; seed < 1005; ++seed) {
    INFO("seed " << seed);
    World world(seed);
    const auto people = add_people(world, {"anna", "bo", "cem", "dia", "eli", "fay"});
    auto& anna = *people[0];
    const auto chat = make_group(world, {people.begin(), people.begin() + 2});
    const auto copy = anna.disk().copy();
    std::vector<AccountId> others;
    for (std::size_t i = 2; i < people.size(); ++i) others.push_back(people[i]->account());
    Outcome added;
    anna.engine().add_members(world.now(), chat, others, added.done());
    anna.run_outputs();
    REQUIRE(world.settle());
    anna.send(chat, "not in her copy");
    REQUIRE(world.settle());
    world.run_for(10'000);
    put_back(anna, copy);
    // The next day's request would do, with luck.
    world.run_for(day_ms / 2);
    check_together(world, people, chat);
  }
}

TEST_CASE("whom nobody knows who is there is answered all the same, a little later") {
  World world(1010);
  const auto people = add_people(world, {"anna", "bo", "cem"});
  auto& anna = *people[0];
  const auto chat = make_group(world, {people.begin(), people.begin() + 2});
  const auto copy = anna.disk().copy();
  Outcome added;
  add(world, anna, chat, *people[2], added);
  REQUIRE(world.settle());
  anna.send(chat, "not in her copy");
  REQUIRE(world.settle());
  world.run_for(10'000);
  people[1]->set_network(false);
  world.run_for(1'000);
  const auto epoch = people[2]->info(chat).epoch;
  put_back(anna, copy);
  world.run_for(20'000);
  CHECK(people[2]->info(chat).epoch == epoch);
  world.run_for(60'000);
  CHECK(people[2]->info(chat).epoch > epoch);
  people[1]->set_network(true);
  world.run_for(2 * day_ms);
  check_together(world, people, chat);
}

TEST_CASE("an author who was taken out before it could say its part again leaves a gap") {
  World world(1016);
  const auto people = add_people(world, {"anna", "bo", "cem"});
  auto& anna = *people[0];
  auto& bo = *people[1];
  const auto chat = make_group(world, people);
  const auto copy = anna.disk().copy();
  bo.send(chat, "his part");
  REQUIRE(world.settle());
  bo.set_network(false);
  world.run_for(1'000);
  put_back(anna, copy);
  world.run_for(60'000);
  // The other has said all that it had to say, and told so.
  people[2]->send(chat, "behind the gap");
  world.run_for(60'000);
  REQUIRE(anna.info(chat).state == ChatState::active);
  CHECK(count_notices(anna, chat, Notice::What::gap) == 0);
  Outcome removed;
  remove(world, anna, chat, bo, removed);
  world.run_for(60'000);
  CHECK(count_text(anna, chat, "his part") == 0);
  CHECK(count_notices(anna, chat, Notice::What::gap) == 1);
}

TEST_CASE("who is not believed answers once a day, though the log does not show who has answered") {
  World world(1015);
  const auto people = add_people(world, {"anna", "bo", "cem"});
  auto& anna = *people[0];
  auto& bo = *people[1];
  const auto chat = make_group(world, {&anna, &bo});
  const auto copy = bo.disk().copy();
  anna.send(chat, "long ago");
  // The relay has forgotten what follows his copy: he reads nothing more of the log.
  world.run_for(40 * day_ms);
  Outcome added;
  add(world, anna, chat, *people[2], added);
  world.run_for(60'000);
  anna.set_network(false);
  world.run_for(1'000);
  put_back(bo, copy);
  const auto epoch = people[2]->info(chat).epoch;
  world.run_for(3 * day_ms);
  CHECK(bo.info(chat).state == ChatState::split);
  CHECK(people[2]->info(chat).epoch > epoch);
  CHECK(people[2]->info(chat).epoch <= epoch + 4);
  anna.set_network(true);
  world.run_for(2 * day_ms);
  check_together(world, people, chat);
}

TEST_CASE("an author who was away too when somebody asked says its part once it is back") {
  World world(1020);
  const auto people = add_people(world, {"anna", "bo", "cem"});
  auto& bo = *people[1];
  auto& cem = *people[2];
  const auto chat = make_group(world, people);
  cem.set_network(false);
  world.run_for(1'000);
  bo.send(chat, "his part");
  REQUIRE(world.settle());
  bo.set_network(false);
  // Longer than the relay keeps anything: each of the two has to be added again.
  world.run_for(40 * day_ms);
  people[0]->send(chat, "alone");
  REQUIRE(world.settle());
  cem.set_network(true);
  world.run_for(60'000);
  REQUIRE(cem.info(chat).state == ChatState::active);
  CHECK(count_text(cem, chat, "his part") == 0);
  world.run_for(40 * day_ms);
  people[0]->send(chat, "still alone");
  REQUIRE(world.settle());
  bo.set_network(true);
  world.run_for(60'000);
  check_together(world, people, chat);
  CHECK(count_text(cem, chat, "his part") == 1);
  CHECK(count_text(*people[0], chat, "his part") == 1);
  CHECK(count_text(bo, chat, "his part") == 1);
}

TEST_CASE("who was away and reads several requests of one device answers the newest") {
  for (std::uint64_t seed = 1030; seed < 1035; ++seed) {
    INFO("seed " << seed);
    World world(seed);
    const auto people = add_people(world, {"anna", "bo", "cem"});
    auto& bo = *people[1];
    const Restored restored(world, people);
    people[0]->send(restored.chat, "not in his copy");
    REQUIRE(world.settle());
    for (auto* other : {people[0], people[2]}) other->set_network(false);
    world.run_for(1'000);
    std::size_t asked = 0;
    count_rejoins(world, asked);
    // The KeyPackage of his first request is gone with what his folder was.
    put_back(bo, restored.copy);
    world.run_for(60'000);
    put_back(bo, restored.copy);
    world.run_for(day_ms + day_ms / 2);
    REQUIRE(asked >= 2);
    REQUIRE(bo.info(restored.chat).state == ChatState::split);
    for (auto* other : {people[0], people[2]}) other->set_network(true);
    world.run_for(60'000);
    CHECK(bo.info(restored.chat).state == ChatState::active);
    check_together(world, people, restored.chat);
    world.relay().on_frame_from_device = nullptr;
    CHECK(count_text(bo, restored.chat, "not in his copy") == 1);
  }
}

// Of a place that is in both; who says no hash there is taken to have read the same.
TEST_CASE("who asks from another history than the others' is told all of it, by the hash there") {
  const bool says_hash = GENERATE(true, false);
  TwoPeople two(1'060, TwoPeople::In::group);
  auto& [world, people, anna, bo, chat] = two;
  const auto copy = bo.disk().copy();
  for (int i = 0; i < 3; ++i) anna.send(chat, "missed " + std::to_string(i));
  REQUIRE(world.settle());
  const auto head = anna.info(chat).applied_seq;
  bool asked = false;
  Bytes edited;
  world.relay().on_frame_from_device = [&](Device& device, Bytes& frame) {
    if (&device != &two.bo) return true;
    edit_request<wire::Append>(frame, [&](wire::Append& append) {
      auto& entry = append.entries.front();
      if (entry.kind != wire::EntryKind::rejoin) return;
      asked = true;
      auto request = wire::decode_rejoin_request(entry.payload).value();
      request.cursor = head;
      request.cursor_hash = {};
      if (says_hash) request.cursor_hash.bytes.fill(7);
      const auto signature = StolenFolder(two.bo).signing_key().sign(wire::signed_bytes(request));
      request.signature = wire::Signature{signature.bytes};
      edited = wire::encode(request);
      entry.payload = edited;
    });
    return true;
  };
  put_back(bo, copy);
  world.run_for(60'000);
  REQUIRE(asked);
  check_together(world, people, chat);
  for (int i = 0; i < 3; ++i)
    CHECK(count_text(bo, chat, "missed " + std::to_string(i)) == (says_hash ? 1 : 0));
}

TEST_CASE(
    "a device's own request that comes back to it is nobody's, and the next one is answered") {
  TwoPeople two(1'070, TwoPeople::In::group);
  auto& [world, people, anna, bo, chat] = two;
  const auto copy = bo.disk().copy();
  anna.send(chat, "missed");
  REQUIRE(world.settle());
  wire::RejoinRequest request;
  Bytes key_package;
  world.relay().on_frame_from_device = [&](Device&, Bytes& frame) {
    edit_request<wire::Append>(frame, [&](wire::Append& append) {
      if (append.entries.front().kind != wire::EntryKind::rejoin) return;
      request = wire::decode_rejoin_request(append.entries.front().payload).value();
      key_package = to_bytes(request.key_package);
    });
    return true;
  };
  put_back(bo, copy);
  world.run_for(60'000);
  check_together(world, people, chat);
  REQUIRE_FALSE(key_package.empty());
  // One that he might have made since, as the relay, or a read of the whole log, shows it to him.
  const StolenFolder folder(bo);
  key_package = made_hours_later(key_package, folder.signing_key());
  request.key_package = key_package;
  request.signature =
      *wire::Signature::from(folder.signing_key().sign(wire::signed_bytes(request)).span());
  const auto payload = wire::encode(request);
  wire::Entry entry;
  entry.seq = bo.info(chat).applied_seq + 1;
  entry.kind = wire::EntryKind::rejoin;
  entry.base = entry.seq - 1;
  entry.payload = payload;
  const auto show = [&] {
    const wire::Entries entries{two.chat, {entry}, entry.seq, 0};
    two.bo.engine().receive(two.world.now(), wire::encode(wire::Push(entries)));
    two.bo.run_outputs();
  };
  show();
  REQUIRE(bo.info(chat).applied_seq == entry.seq);
  CHECK_FALSE(bo.saw_problem(Errc::rejoin_refused));
  // He cannot follow a log that goes on under a commit that he has never seen, and asks.
  const auto hole = wire::encode(wire::Hole{entry.seq + 1, 0, {}, {}});
  entry.seq += 10;
  entry.base = entry.seq - 1;
  entry.kind = wire::EntryKind::hole;
  entry.payload = hole;
  show();
  REQUIRE(bo.info(chat).state == ChatState::split);
  world.run_for(day_ms + 60'000);
  check_together(world, people, chat);
  CHECK(bo.engine().settled());
}

TEST_CASE("two who come back by one commit say again to each other what one of them has missed") {
  World world(1'080);
  const auto people = add_people(world, {"anna", "bo", "cem"});
  auto &anna = *people[0], &bo = *people[1], &cem = *people[2];
  const auto chat = make_group(world, people);
  const auto annas = anna.disk().copy();
  bo.send(chat, "not in her copy");
  REQUIRE(world.settle());
  world.run_for(60'000);
  const auto bos = bo.disk().copy();
  cem.send(chat, "in neither");
  REQUIRE(world.settle());
  cem.set_network(false);
  world.run_for(1'000);
  put_back(anna, annas);
  put_back(bo, bos);
  world.run_for(10'000);
  for (auto* person : {&anna, &bo}) REQUIRE(person->info(chat).state == ChatState::split);
  std::size_t back_at_once = 0;
  world.relay().on_frame_from_device = [&](Device&, Bytes& frame) {
    edit_request<wire::Append>(frame, [&](wire::Append& append) {
      const auto message = wire::peek_private_message(append.entries.front().payload);
      if (!message) return;
      const auto header = wire::decode_entry_header(message->authenticated_data);
      back_at_once = std::max(back_at_once, header ? header->returning.size() : 0);
    });
    return true;
  };
  cem.set_network(true);
  world.run_for(120'000);
  check_together(world, people, chat);
  REQUIRE(back_at_once == 2);
  for (auto* person : {&anna, &bo}) {
    CHECK(count_text(*person, chat, "not in her copy") == 1);
    CHECK(count_text(*person, chat, "in neither") == 1);
  }
}
