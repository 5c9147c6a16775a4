// A relay whose disk was put back to an older copy (design §4).
#include <catch2/catch.hpp>

#include "crypto/log_id.hpp"
#include "sim/frame_edits.hpp"
#include "sim/ledger.hpp"
#include "sim/media.hpp"
#include "sim/recovery.hpp"
#include "wire/frames.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

/// Nobody commits on their own: what a relay loses is messages only.
client::EngineConfig without_healing() {
  client::EngineConfig out;
  out.heal_interval_ms = std::int64_t{1'000} * 86'400'000;
  return out;
}

struct Walk {
  explicit Walk(std::uint64_t seed, const client::EngineConfig& config = {}) : world(seed) {
    for (const auto* name : {"anna", "bo", "cem"})
      people.push_back(&world.add_device(name, config));
    REQUIRE(world.settle());
    chat = make_group(world, people);
    ledger.emplace(chat);
    // Each has committed once: from then on it goes by the configuration.
    for (int i = 0; i < 2; ++i)
      for (auto* person : people) {
        ledger->send(*person, person->name() + "'s, kept " + std::to_string(i));
        REQUIRE(world.settle());
        world.run_for(10'000);
      }
  }
  Device& anna() { return *people[0]; }
  Device& bo() { return *people[1]; }
  Device& cem() { return *people[2]; }
  std::size_t count_forks() const {
    std::size_t out = 0;
    for (const auto* person : people) out += person->count_events<LogForked>();
    return out;
  }
  void recover() {
    world.run_for(60'000);
    REQUIRE(world.settle());
    world.run_for(10'000);
    REQUIRE(world.settle());
  }

  World world;
  std::vector<Device*> people;
  ChatId chat;
  std::optional<Ledger> ledger;
};

/// A chat of two that is in no copy, of the relay's folder or of Bo's.
struct InNoCopy {
  explicit InNoCopy(std::uint64_t seed) : world(seed) {
    REQUIRE(world.settle());
    relays = world.relay().disk().copy();
    bos = bo.disk().copy();
    chat = make_pair(world, anna, bo);
  }
  World world;
  std::vector<Device*> people = add_people(world, {"anna", "bo"});
  Device& anna = *people[0];
  Device& bo = *people[1];
  store::MemoryDisk relays;
  store::MemoryDisk bos;
  ChatId chat;
};

// As if the relay's key were another one now: who has the end of a log cannot prove it.
void break_seals(World& world, std::string_view of = {}) {
  world.relay().on_frame_from_device = [of](Device& device, Bytes& frame) {
    if (of.empty() || device.name() == of)
      edit_request<wire::ReportHead>(frame, [](auto& report) { report.head.seal ^= 1; });
    return true;
  };
}

}  // namespace

TEST_CASE("what a relay has lost reaches everybody again, once, and all are told") {
  for (std::uint64_t seed = 720; seed < 740; ++seed) {
    INFO("seed " << seed);
    Walk walk(seed, without_healing());
    walk.cem().set_network(false);
    walk.world.run_for(1'000);
    const auto copy = walk.world.relay().disk().copy();
    for (int i = 0; i < 5; ++i) {
      walk.ledger->send(walk.anna(), "anna's, lost " + std::to_string(i));
      walk.ledger->send(walk.bo(), "bo's, lost " + std::to_string(i));
      walk.world.run_for(static_cast<std::int64_t>(walk.world.entropy().below(3'000)));
    }
    REQUIRE(walk.world.settle());
    put_back(walk.world.relay(), copy);
    walk.ledger->send(walk.bo(), "after");
    walk.recover();
    walk.cem().set_network(true);
    walk.ledger->send(walk.cem(), "back");
    walk.recover();
    CHECK(walk.ledger->verdict(walk.world) == "");
    for (const auto* person : walk.people) CHECK(person->count_events<LogRolledBack>() == 1);
    CHECK(walk.count_forks() == 0);
    CHECK(count_notices(walk.cem(), walk.chat, Notice::What::gap) == 1);
    CHECK(count_notices(walk.anna(), walk.chat, Notice::What::gap) == 0);
    CHECK(count_notices(walk.cem(), walk.chat, Notice::What::rejoined) == 0);
  }
}

TEST_CASE("who has missed a commit that the relay lost is added again") {
  std::size_t rejoined = 0;
  for (std::uint64_t seed = 740; seed < 750; ++seed) {
    INFO("seed " << seed);
    Walk walk(seed);
    walk.cem().set_network(false);
    walk.world.run_for(90'000);
    const auto copy = walk.world.relay().disk().copy();
    walk.bo().send(walk.chat, "with a commit");
    REQUIRE(walk.world.settle());
    put_back(walk.world.relay(), copy);
    walk.recover();
    walk.cem().set_network(true);
    walk.recover();
    check_together(walk.world, walk.people, walk.chat);
    CHECK(count_text(walk.cem(), walk.chat, "with a commit") == 1);
    rejoined += count_notices(walk.cem(), walk.chat, Notice::What::rejoined);
  }
  CHECK(rejoined == 10);
}

TEST_CASE("a chat that the relay has lost altogether goes on with all of its members") {
  for (std::uint64_t seed = 750; seed < 760; ++seed) {
    INFO("seed " << seed);
    World world(seed);
    const auto people = add_people(world, {"anna", "bo"});
    const auto copy = world.relay().disk().copy();
    const auto chat = make_pair(world, *people[0], *people[1]);
    people[0]->send(chat, "hello");
    people[1]->send(chat, "hi");
    REQUIRE(world.settle());
    world.run_for(10'000);
    put_back(world.relay(), copy);
    world.run_for(120'000);
    check_together(world, people, chat);
    for (auto* person : people) {
      CHECK(count_text(*person, chat, "hello") == 1);
      CHECK(count_text(*person, chat, "hi") == 1);
    }
  }
}

TEST_CASE(
    "a chat that all have only just come into goes on when the relay has lost it altogether") {
  for (std::uint64_t seed = 930; seed < 940; ++seed) {
    INFO("seed " << seed);
    World world(seed);
    const auto people = add_people(world, {"anna", "bo"});
    auto& anna = *people[0];
    auto& bo = *people[1];
    const auto copy = world.relay().disk().copy();
    // She makes it twice, for she does not hear that it was made; neither of them reads on.
    bool heard = true;
    world.relay().on_frame_to_device = [&](Device& device, Bytes& frame) {
      const auto decoded = wire::decode_server_frame(frame).value();
      const auto* answer = decoded ? std::get_if<wire::AnswerFrame>(&*decoded) : nullptr;
      if (!answer) return true;
      const auto* entries = std::get_if<wire::Entries>(&answer->answer);
      const bool made = std::holds_alternative<wire::Appended>(answer->answer);
      if (&device == &anna && made && std::exchange(heard, false)) return false;
      return !entries || crypto::kind_of(entries->log) == crypto::LogIdKind::inbox;
    };
    const auto chat = anna.with(
        [&](auto& engine) { return engine.chat_with(world.now(), bo.account()).value(); });
    world.run_for(5'000);
    REQUIRE(!heard);
    anna.cut();
    world.run_for(10'000);
    for (auto* person : people) REQUIRE(person->info(chat).state == ChatState::active);
    put_back(world.relay(), copy);
    world.relay().on_frame_to_device = nullptr;
    world.run_for(120'000);
    check_together(world, people, chat);
    for (auto* person : people) CHECK(person->count_events<ChatRestarted>() == 0);
  }
}

TEST_CASE("whom the relay has forgotten is in again, and who is taken out first is not") {
  for (std::uint64_t seed = 940; seed < 950; ++seed) {
    INFO("seed " << seed);
    World world(seed);
    auto people = add_people(world, {"anna", "bo"});
    const auto copy = world.relay().disk().copy();
    people.push_back(&world.add_device("cem"));
    REQUIRE(world.settle());
    const auto chat = make_group(world, people);
    auto& anna = *people[0];
    auto& bo = *people[1];
    auto& cem = *people[2];
    anna.send(chat, "hello");
    REQUIRE(world.settle());
    world.run_for(10'000);
    for (auto* person : {&bo, &cem}) person->set_network(false);
    world.run_for(1'000);
    put_back(world.relay(), copy);
    Outcome removed;
    remove(world, anna, chat, bo, removed);
    world.run_for(60'000);
    REQUIRE((removed.result && *removed.result));
    for (auto* person : {&bo, &cem}) person->set_network(true);
    world.run_for(120'000);
    anna.send(chat, "without bo");
    cem.send(chat, "here");
    world.run_for(60'000);
    // He cannot read any more that he was taken out.
    CHECK(bo.info(chat).state == ChatState::split);
    CHECK(count_text(bo, chat, "without bo") == 0);
    CHECK(count_text(cem, chat, "without bo") == 1);
    CHECK(count_text(anna, chat, "here") == 1);
    CHECK(cem.info(chat).epoch_authenticator == anna.info(chat).epoch_authenticator);
  }
}

TEST_CASE("who was taken out in what the relay has lost reads what was written before, no more") {
  for (std::uint64_t seed = 950; seed < 955; ++seed) {
    INFO("seed " << seed);
    Walk walk(seed, without_healing());
    auto& world = walk.world;
    const auto copy = world.relay().disk().copy();
    for (auto* person : {&walk.bo(), &walk.cem()}) person->set_network(false);
    world.run_for(1'000);
    walk.anna().send(walk.chat, "to all three");
    REQUIRE(world.settle());
    Outcome removed;
    remove(world, walk.anna(), walk.chat, walk.bo(), removed);
    world.run_for(10'000);
    REQUIRE((removed.result && *removed.result));
    walk.anna().send(walk.chat, "to cem");
    REQUIRE(world.settle());
    walk.anna().set_network(false);
    world.run_for(1'000);
    put_back(world.relay(), copy);
    for (auto* person : {&walk.bo(), &walk.cem()}) person->set_network(true);
    REQUIRE(world.settle());
    walk.cem().send(walk.chat, "where is anna?");
    walk.bo().send(walk.chat, "away");
    world.run_for(10'000);
    walk.anna().set_network(true);
    world.run_for(180'000);
    check_together(world, walk.people, walk.chat);
    for (auto* person : {&walk.bo(), &walk.cem()})
      CHECK(count_text(*person, walk.chat, "to all three") == 1);
    CHECK(count_text(walk.bo(), walk.chat, "to cem") == 0);
  }
}

TEST_CASE(
    "who is not in a group that was made again after the relay had lost it is in the old one") {
  for (std::uint64_t seed = 970; seed < 980; ++seed) {
    INFO("seed " << seed);
    World world(seed);
    std::vector<Device*> people;
    for (const auto* name : {"anna", "cem"})
      people.push_back(&world.add_device(name, without_healing()));
    REQUIRE(world.settle());
    const auto copy = world.relay().disk().copy();
    people.push_back(&world.add_device("bo", without_healing()));
    REQUIRE(world.settle());
    auto& anna = *people[0];
    anna.set_network(false);
    world.run_for(1'000);
    const auto chat = anna.with([&](auto& engine) {
      const std::vector<AccountId> others{people[1]->account(), people[2]->account()};
      return engine.create_group(world.now(), "Sunday walk", others).value();
    });
    const auto before_it_was_made = anna.disk().copy();
    anna.set_network(true);
    REQUIRE(world.settle());
    for (int i = 0; i < 5; ++i) anna.send(chat, "lost " + std::to_string(i));
    REQUIRE(world.settle());
    for (auto* person : people) person->set_network(false);
    world.run_for(10'000);
    // Of its first entry everything is another, but the number.
    put_back(anna, before_it_was_made);
    put_back(world.relay(), copy);
    anna.set_network(true);
    REQUIRE(world.run_until([&] { return anna.info(chat).state == ChatState::active; }));
    CHECK(anna.info(chat).members.size() == 2);
    for (auto* person : {people[1], people[2]}) {
      person->set_network(true);
      world.run_for(120'000);
    }
    check_together(world, people, chat);
    CHECK(anna.info(chat).members.size() == 3);
  }
}

TEST_CASE("a recording that the relay has lost is there again, though its message is with all") {
  for (std::uint64_t seed = 950; seed < 955; ++seed) {
    INFO("seed " << seed);
    GroupOfTwo two(seed);
    auto& world = two.world;
    const auto copy = world.relay().disk().copy();
    world.relay().on_frame_from_device = [](Device&, Bytes& frame) {
      return count_requests<wire::GetBlob>(frame) == 0;
    };
    const auto sound = sound_of(world, 3 * limits::blob_chunk_bytes);
    const auto id = say(world, *two.anna, two.chat, sound);
    world.run_for(60'000);
    REQUIRE(two.anna->history(two.chat).back().state >= MessageState::delivered);
    put_back(world.relay(), copy);
    world.relay().on_frame_from_device = nullptr;
    world.run_for(1'200'000);
    CHECK((content_at(*two.bo, two.chat, id) == sound));
    CHECK(media_at(*two.anna, two.chat, id).state == Media::State::here);
  }
}

TEST_CASE("a recording that the relay has lost before its message got there is there again") {
  GroupOfTwo two(956);
  auto& world = two.world;
  const auto copy = world.relay().disk().copy();
  bool uploaded = false;
  world.relay().on_frame_from_device = [](Device&, Bytes& frame) {
    return count_requests<wire::Append>(frame) == 0;
  };
  world.relay().on_frame_to_device = [&](Device&, Bytes& frame) {
    edit_answer<wire::BlobStored>(
        frame, [&](wire::BlobStored& stored) { uploaded = uploaded || stored.complete; });
    return true;
  };
  const auto sound = sound_of(world, 3 * limits::blob_chunk_bytes);
  const auto id = say(world, *two.anna, two.chat, sound);
  REQUIRE(world.run_until([&] { return uploaded; }));
  world.run_for(1'000);
  REQUIRE(media_at(*two.anna, two.chat, id).state == Media::State::here);
  // No log has become shorter by it.
  put_back(world.relay(), copy);
  world.relay().on_frame_from_device = nullptr;
  world.relay().on_frame_to_device = nullptr;
  world.run_for(1'200'000);
  CHECK((content_at(*two.bo, two.chat, id) == sound));
  CHECK(media_at(*two.anna, two.chat, id).state == Media::State::here);
}

TEST_CASE("a recording that the relay has lost after its message got there is there again") {
  for (const bool restarts : {false, true}) {
    INFO(restarts);
    GroupOfTwo two(957);
    auto& world = two.world;
    two.bo->set_network(false);
    world.run_for(1'000);
    std::optional<store::MemoryDisk> copy;
    bool uploaded = false;
    // The message is in it, and the recording is not.
    world.relay().on_frame_to_device = [&](Device&, Bytes& frame) {
      edit_answer<wire::BlobStored>(frame, [&](wire::BlobStored& stored) {
        if (!copy) copy = world.relay().disk().copy();
        uploaded = uploaded || stored.complete;
      });
      return true;
    };
    const auto sound = sound_of(world, 3 * limits::blob_chunk_bytes);
    const auto id = say(world, *two.anna, two.chat, sound);
    REQUIRE(world.run_until([&] { return uploaded; }));
    world.run_for(1'000);
    REQUIRE(two.anna->history(two.chat).back().state == MessageState::sent);
    world.relay().on_frame_to_device = nullptr;
    if (restarts) two.anna->kill();
    put_back(world.relay(), *copy);
    if (restarts) two.anna->start();
    two.bo->set_network(true);
    world.run_for(1'200'000);
    CHECK((content_at(*two.bo, two.chat, id) == sound));
    CHECK(media_at(*two.anna, two.chat, id).state == Media::State::here);
  }
}

TEST_CASE("a member that was let in by what the relay has lost stays in") {
  for (std::uint64_t seed = 760; seed < 765; ++seed) {
    INFO("seed " << seed);
    Walk walk(seed);
    auto& dora = walk.world.add_device("dora");
    REQUIRE(walk.world.settle());
    const auto copy = walk.world.relay().disk().copy();
    Outcome added;
    add(walk.world, walk.anna(), walk.chat, dora, added);
    REQUIRE(walk.world.settle());
    walk.anna().send(walk.chat, "welcome");
    REQUIRE(walk.world.settle());
    put_back(walk.world.relay(), copy);
    walk.recover();
    auto all = walk.people;
    all.push_back(&dora);
    check_together(walk.world, all, walk.chat);
    CHECK(count_text(dora, walk.chat, "welcome") == 1);
  }
}

TEST_CASE(
    "a relay that only says that it has lost something makes nobody lose or double anything") {
  for (std::uint64_t seed = 770; seed < 780; ++seed) {
    INFO("seed " << seed);
    Walk walk(seed, without_healing());
    walk.ledger->send(walk.anna(), "one");
    walk.ledger->send(walk.bo(), "two");
    REQUIRE(walk.world.settle());
    walk.world.run_for(10'000);
    walk.world.relay().on_frame_to_device = [&](Device& device, Bytes& frame) {
      if (&device == &walk.anna())
        edit_answer<wire::Resumed>(frame, [&](wire::Resumed& resumed) {
          for (auto& head : resumed.logs)
            if (head.log == walk.chat) head.head = 2;
        });
      return true;
    };
    walk.anna().cut();
    walk.world.run_for(30'000);
    walk.world.relay().on_frame_to_device = nullptr;
    walk.recover();
    walk.ledger->send(walk.cem(), "three");
    walk.recover();
    CHECK(walk.ledger->verdict(walk.world) == "");
    CHECK(walk.anna().count_events<LogRolledBack>() == 1);
  }
}

TEST_CASE("a relay that marks holes where there are none doubles nothing, and all are told") {
  World world(780);
  wire::LogHash first_hash;
  world.relay().on_frame_to_device = [&](Device&, Bytes& frame) {
    const auto decoded = wire::decode_server_frame(frame).value();
    const auto* push = decoded ? std::get_if<wire::Push>(&*decoded) : nullptr;
    const auto* entries = push ? std::get_if<wire::Entries>(push) : nullptr;
    if (entries && entries->entries.front().kind == wire::EntryKind::welcome)
      first_hash = wire::decode_inbox_welcome(entries->entries.front().payload).value().hash;
    return true;
  };
  const auto people = add_people(world, {"anna", "bo", "cem"});
  const auto chat = make_group(world, people);
  auto& anna = *people[0];
  const auto base_hash = first_hash;
  // She alone writes, so that nobody commits: the group's first commit is the newest handshake.
  for (const auto* text : {"kept", "one"}) anna.send(chat, text);
  REQUIRE(world.settle());
  for (int i = 0; i < 3; ++i) {
    wire::Entry entry;
    entry.seq = anna.info(chat).applied_seq + 1;
    entry.id.bytes[0] = static_cast<std::uint8_t>(1 + i);
    entry.kind = wire::EntryKind::hole;
    entry.base = 1;
    const auto payload = wire::encode(wire::Hole{2, 0, {}, base_hash});
    entry.payload = payload;
    const wire::Entries entries{chat, {entry}, entry.seq, 0};
    anna.engine().receive(world.now(), wire::encode(wire::Push(entries)));
    anna.run_outputs();
  }
  CHECK(anna.count_events<LogRolledBack>() >= 1);
  CHECK(anna.count_events<LogForked>() == 1);
  world.run_for(120'000);
  for (auto* person : people)
    for (const auto* text : {"kept", "one"}) CHECK(count_text(*person, chat, text) == 1);
}

TEST_CASE("who begins anew a log that is shorter than it was says again what stood further on") {
  World world(790);
  const auto people = add_people(world, {"anna", "bo"});
  const auto chat = make_pair(world, *people[0], *people[1]);
  auto& anna = *people[0];
  auto& bo = *people[1];
  bo.send(chat, "hi");
  REQUIRE(world.settle());
  bo.set_network(false);
  world.run_for(1'000);
  const auto copy = world.relay().disk().copy();
  for (int i = 0; i < 12; ++i) anna.send(chat, "lost " + std::to_string(i));
  REQUIRE(world.settle());
  break_seals(world);
  put_back(world.relay(), copy);
  world.run_for(day_ms + day_ms / 2);
  REQUIRE(anna.count_events<ChatRestarted>() == 1);
  bo.set_network(true);
  world.run_for(60'000);
  check_together(world, people, chat);
  for (int i = 0; i < 12; ++i) CHECK(count_text(bo, chat, "lost " + std::to_string(i)) == 1);
}

TEST_CASE("what had come to the other of a longer log says nothing of a shorter one") {
  World world(791);
  const auto people = add_people(world, {"anna", "bo"});
  auto &anna = *people[0], &bo = *people[1];
  const auto chat = make_pair(world, anna, bo);
  const auto copy = world.relay().disk().copy();
  for (int i = 0; i < 20; ++i) anna.send(chat, "heard");
  REQUIRE(world.settle());
  world.run_for(60'000);
  bo.set_network(false);
  world.run_for(1'000);
  const auto unheard = anna.send(chat, "unheard");
  REQUIRE(world.settle());
  const auto state = [&] {
    for (const auto& message : anna.history(chat))
      if (message.id == unheard) return message.state;
    return MessageState::failed;
  };
  break_seals(world);
  // Each time she begins anew, far in front of what he had told her that he has.
  for (std::size_t time = 1; time <= 2; ++time) {
    put_back(world.relay(), copy);
    world.run_for(day_ms + day_ms / 2);
    REQUIRE(anna.count_events<ChatRestarted>() == time);
    CHECK(state() == MessageState::sent);
    anna.send(chat, "in the new one");
    REQUIRE(world.settle());
    CHECK(anna.history(chat).back().state == MessageState::sent);
  }
  bo.set_network(true);
  world.run_for(60'000);
  check_together(world, people, chat);
  CHECK(count_text(bo, chat, "unheard") == 1);
  CHECK(count_text(bo, chat, "heard") == 20);
  CHECK(count_text(bo, chat, "in the new one") == 2);
}

TEST_CASE("what was lost keeps its place in its author's history when the log gets there again") {
  World world(792);
  const auto people = add_people(world, {"anna", "bo"});
  auto &anna = *people[0], &bo = *people[1];
  const auto chat = make_pair(world, anna, bo);
  const auto copy = world.relay().disk().copy();
  const auto bos = bo.disk().copy();
  for (int i = 0; i < 30; ++i) bo.send(chat, "bo's");
  REQUIRE(world.settle());
  for (int i = 0; i < 3; ++i) anna.send(chat, "anna's " + std::to_string(i));
  REQUIRE(world.settle());
  const auto lost_up_to = anna.info(chat).applied_seq;
  bo.set_network(false);
  world.run_for(1'000);
  break_seals(world);
  put_back(world.relay(), copy);
  world.run_for(day_ms + day_ms / 2);
  REQUIRE(anna.count_events<ChatRestarted>() == 1);
  // He has lost his, so that the log stays shorter than it was.
  put_back(bo, bos);
  bo.set_network(true);
  world.run_for(60'000);
  check_together(world, people, chat);
  // She loses her place once more, for another reason.
  const auto annas = anna.disk().copy();
  anna.send(chat, "not in her copy");
  REQUIRE(world.settle());
  put_back(anna, annas);
  world.run_for(day_ms + 60'000);
  check_together(world, people, chat);
  std::size_t sent = 0;
  while (anna.info(chat).applied_seq <= lost_up_to) {
    bo.send(chat, "further on");
    anna.send(chat, "and hers");
    ++sent;
    REQUIRE(world.settle());
  }
  REQUIRE(sent > 0);
  for (auto* person : people) {
    for (int i = 0; i < 3; ++i)
      CHECK(count_text(*person, chat, "anna's " + std::to_string(i)) == 1);
    CHECK(count_text(*person, chat, "further on") == sent);
    CHECK(count_text(*person, chat, "and hers") == sent);
  }
}

TEST_CASE("who cannot follow the chat asks in the generation that a hole says the log is in") {
  World world(795);
  const auto people = add_people(world, {"anna", "bo"});
  const auto chat = make_pair(world, *people[0], *people[1]);
  auto& anna = *people[0];
  const auto annas = anna.disk().copy();
  anna.send(chat, "not in her copy");
  REQUIRE(world.settle());
  people[1]->set_network(false);
  world.run_for(1'000);
  std::vector<std::uint32_t> asked;
  world.relay().on_frame_from_device = [&](Device&, Bytes& frame) {
    edit_request<wire::Append>(frame, [&](const wire::Append& append) {
      const auto request = wire::decode_rejoin_request(append.entries.front().payload);
      if (request) asked.push_back(request->generation);
    });
    return true;
  };
  put_back(anna, annas);
  world.run_for(10'000);
  REQUIRE(asked == std::vector<std::uint32_t>{0});
  wire::Entry entry;
  entry.seq = 100;
  entry.kind = wire::EntryKind::hole;
  entry.base = 99;
  const auto payload = wire::encode(wire::Hole{4, 1, {}, {}});
  entry.payload = payload;
  const wire::Entries entries{chat, {entry}, entry.seq, 0};
  anna.engine().receive(world.now(), wire::encode(wire::Push(entries)));
  anna.run_outputs();
  world.run_for(10'000);
  CHECK(asked == std::vector<std::uint32_t>{0, 1});
}

TEST_CASE("what is written before the others show what was lost reaches them, receipts or not") {
  for (std::uint64_t seed = 870; seed < 880; ++seed) {
    INFO("seed " << seed);
    auto config = without_healing();
    config.send_receipts = seed % 2 == 0;
    Walk walk(seed, config);
    auto& world = walk.world;
    walk.cem().set_network(false);
    world.run_for(1'000);
    const auto copy = world.relay().disk().copy();
    for (int i = 0; i < 5; ++i) {
      walk.ledger->send(walk.anna(), "anna's, lost " + std::to_string(i));
      walk.ledger->send(walk.bo(), "bo's, lost " + std::to_string(i));
    }
    REQUIRE(world.settle());
    for (auto* person : {&walk.anna(), &walk.bo()}) person->set_network(false);
    world.run_for(1'000);
    put_back(world.relay(), copy);
    walk.cem().set_network(true);
    for (int i = 0; i < 3; ++i) walk.ledger->send(walk.cem(), "cem's, early " + std::to_string(i));
    world.run_for(30'000);
    for (auto* person : {&walk.anna(), &walk.bo()}) person->set_network(true);
    walk.recover();
    for (auto* person : walk.people) CHECK(walk.ledger->lost_or_doubled(*person) == "");
    check_together(world, walk.people, walk.chat);
  }
}

TEST_CASE("a member who writes rubbish behind a hole costs nobody the chat") {
  World world(885);
  const auto people = add_people(world, {"anna", "bo", "cem", "mallory"});
  const auto chat = make_group(world, people);
  auto& mallory = *people[3];
  for (auto* person : people) {
    person->send(chat, "hi");
    REQUIRE(world.settle());
    world.run_for(10'000);
  }
  const auto copy = world.relay().disk().copy();
  people[0]->send(chat, "lost");
  REQUIRE(world.settle());
  put_back(world.relay(), copy);
  mallory.send(chat, "rubbish");
  // Hers is the first behind the hole.
  Bytes rubbish;
  world.relay().on_frame_from_device = [&](Device& device, Bytes& frame) {
    if (&device != &mallory) return count_requests<wire::Append>(frame) == 0;
    edit_request<wire::Append>(frame, [&](wire::Append& append) {
      append.entries.resize(1);
      rubbish = to_bytes(append.entries.front().payload);
      rubbish.back() ^= 1;
      append.entries.front().payload = rubbish;
    });
    return true;
  };
  world.run_for(30'000);
  mallory.set_network(false);
  world.relay().on_frame_from_device = nullptr;
  world.run_for(2 * day_ms);
  const std::vector<Device*> honest(people.begin(), people.begin() + 3);
  for (auto* person : honest) CHECK(person->info(chat).state == ChatState::active);
  check_together(world, honest, chat);
}

TEST_CASE("an entry behind the end of all logs is no entry") {
  World world(890);
  const auto people = add_people(world, {"anna", "bo"});
  const auto chat = make_pair(world, *people[0], *people[1]);
  auto& anna = *people[0];
  anna.send(chat, "hello");
  REQUIRE(world.settle());
  const auto applied = anna.info(chat).applied_seq;
  for (const auto seq : {std::uint64_t{1} << 53, UINT64_MAX}) {
    wire::Entry entry;
    entry.seq = seq;
    entry.kind = wire::EntryKind::hole;
    entry.base = 1;
    const auto payload = wire::encode(wire::Hole{2, 0, {}, {}});
    entry.payload = payload;
    const wire::Entries entries{chat, {entry}, entry.seq, 0};
    anna.engine().receive(world.now(), wire::encode(wire::Push(entries)));
    anna.run_outputs();
    REQUIRE(world.settle());
    CHECK(anna.info(chat).applied_seq == applied);
    CHECK(anna.info(chat).state == ChatState::active);
  }
  check_together(world, people, chat);
}

TEST_CASE("a relay put back again and again, with everybody killed at any write, loses nothing") {
  // These have lost a text, or the chat, before.
  std::vector<std::uint64_t> seeds{2147, 2213, 2244, 2280, 2294, 2347,
                                   2353, 2359, 2379, 2427, 5369};
  for (std::uint64_t seed = 800; seed < 806; ++seed) seeds.push_back(seed);
  for (const auto seed : seeds) {
    INFO("seed " << seed);
    Walk walk(seed);
    auto& world = walk.world;
    auto copy = world.relay().disk().copy();
    for (int i = 0; i < 60; ++i) {
      auto& who = *walk.people[world.entropy().below(3)];
      if (who.running()) walk.ledger->send(who, who.name() + " " + std::to_string(i));
      if (world.entropy().below(8) == 0) who.set_network(!who.online());
      if (i % 20 == 10) copy = world.relay().disk().copy();
      if (i % 20 == 19) put_back(world.relay(), copy);
      if (i % 10 == 5) {
        const auto outcome =
            world.entropy().below(2) == 0 ? store::CommitOutcome::lost : store::CommitOutcome::kept;
        who.disk().fail_at(who.disk().operations() + 1 + world.entropy().below(30),
                           Errc::storage_io, outcome);
        world.scheduler().after(5'000, [&who] {
          who.disk().fail_at(std::nullopt);
          who.kill();
          who.start();
        });
      }
      world.run_for(static_cast<std::int64_t>(world.entropy().below(4'000)));
    }
    for (auto* person : walk.people) person->set_network(true);
    world.run_for(std::int64_t{2} * 86'400'000);
    REQUIRE(world.settle());
    check_together(world, walk.people, walk.chat);
    for (auto* person : walk.people) CHECK(walk.ledger->lost_or_doubled(*person) == "");
  }
}

TEST_CASE("what a relay has lost twice is not said again to who has come in between") {
  for (std::uint64_t seed = 892; seed < 897; ++seed) {
    INFO("seed " << seed);
    Walk walk(seed, without_healing());
    auto& world = walk.world;
    auto& dora = world.add_device("dora");
    REQUIRE(world.settle());
    const auto copy = world.relay().disk().copy();
    walk.anna().send(walk.chat, "before she came");
    REQUIRE(world.settle());
    put_back(world.relay(), copy);
    // Nobody tells its author that it was heard.
    walk.cem().set_network(false);
    walk.recover();
    Outcome added;
    add(world, walk.anna(), walk.chat, dora, added);
    walk.recover();
    put_back(world.relay(), copy);
    world.run_for(2 * day_ms);
    walk.cem().set_network(true);
    world.run_for(2 * day_ms);
    CHECK(count_text(dora, walk.chat, "before she came") == 0);
    auto all = walk.people;
    all.push_back(&dora);
    check_together(world, all, walk.chat);
    CHECK(count_text(dora, walk.chat, "before she came") == 0);
  }
}

TEST_CASE(
    "who has read less than another of a chat that the relay has lost is let in all the same") {
  for (std::uint64_t seed = 900; seed < 930; ++seed) {
    INFO("seed " << seed);
    World world(seed);
    const auto people = add_people(world, {"anna", "bo"});
    const auto copy = world.relay().disk().copy();
    const auto chat = make_pair(world, *people[0], *people[1]);
    people[0]->send(chat, "hello");
    REQUIRE(world.settle());
    world.run_for(10'000);
    people[0]->set_network(false);
    world.run_for(1'000);
    people[1]->send(chat, "further on");
    REQUIRE(world.settle());
    put_back(world.relay(), copy);
    world.run_for(static_cast<std::int64_t>(world.entropy().below(12'000)));
    people[0]->set_network(true);
    world.run_for(120'000);
    check_together(world, people, chat);
    CHECK(count_text(*people[0], chat, "further on") == 1);
    for (auto* person : people) CHECK(person->count_events<ChatRestarted>() == 0);
  }
}

TEST_CASE(
    "what nobody says again, for somebody has come in since, is a gap for those who missed it") {
  World world(896);
  const auto people = add_people(world, {"anna", "bo", "cem"});
  auto &anna = *people[0], &bo = *people[1], &cem = *people[2];
  const auto chat = make_group(world, {&anna, &bo});
  anna.set_network(false);
  world.run_for(1'000);
  const auto copy = world.relay().disk().copy();
  bo.send(chat, "lost");
  REQUIRE(world.settle());
  bo.set_network(false);
  world.run_for(1'000);
  put_back(world.relay(), copy);
  anna.set_network(true);
  for (const auto* text : {"in its place", "and further"}) anna.send(chat, text);
  Outcome added;
  add(world, anna, chat, cem, added);
  world.run_for(10'000);
  REQUIRE(added.result.has_value());
  bo.set_network(true);
  world.run_for(60'000);
  check_together(world, people, chat);
  CHECK(bo.count_events<LogForked>() == 1);
  CHECK(count_text(bo, chat, "lost") == 1);
  for (auto* other : {&anna, &cem}) CHECK(count_text(*other, chat, "lost") == 0);
  CHECK(count_notices(anna, chat, Notice::What::gap) == 1);
  CHECK(count_notices(cem, chat, Notice::What::gap) == 0);
}

TEST_CASE(
    "what was lost with higher numbers is never told to who came in before the log got there") {
  World world(897);
  const auto people = add_people(world, {"anna", "bo", "cem", "dora"});
  auto &anna = *people[0], &bo = *people[1], &cem = *people[2], &dora = *people[3];
  const auto chat = make_group(world, {&anna, &bo, &cem});
  cem.set_network(false);
  world.run_for(1'000);
  const auto relays = world.relay().disk().copy();
  for (int i = 0; i < 30; ++i) bo.send(chat, "bo's, lost");
  REQUIRE(world.settle());
  for (int i = 0; i < 3; ++i) anna.send(chat, "anna's, lost " + std::to_string(i));
  REQUIRE(world.settle());
  const auto lost_up_to = anna.info(chat).applied_seq;
  for (auto* person : {&anna, &bo}) person->set_network(false);
  world.run_for(1'000);
  break_seals(world);
  put_back(world.relay(), relays);
  cem.set_network(true);
  cem.send(chat, "in their place");
  REQUIRE(world.settle());
  // Anna says hers again before Dora comes in; Bo only comes back after that.
  anna.set_network(true);
  world.run_for(60'000);
  for (int i = 0; i < 3; ++i)
    REQUIRE(count_text(cem, chat, "anna's, lost " + std::to_string(i)) == 1);
  Outcome added;
  add(world, anna, chat, dora, added);
  world.run_for(10'000);
  REQUIRE((added.result && *added.result));
  bo.set_network(true);
  world.run_for(60'000);
  check_together(world, people, chat);
  REQUIRE(cem.info(chat).applied_seq < lost_up_to - 10);
  const auto cems = cem.disk().copy();
  while (anna.info(chat).applied_seq <= lost_up_to) {
    cem.send(chat, "not in his copy");
    REQUIRE(world.settle());
  }
  put_back(cem, cems);
  world.run_for(60'000);
  check_together(world, people, chat);
  CHECK(count_text(dora, chat, "bo's, lost") == 0);
  for (int i = 0; i < 3; ++i) {
    CHECK(count_text(dora, chat, "anna's, lost " + std::to_string(i)) == 0);
    CHECK(count_text(cem, chat, "anna's, lost " + std::to_string(i)) == 1);
  }
}

TEST_CASE(
    "a chat that is made again for somebody who has lost it too, and is online, is heard of") {
  InNoCopy it(1110);
  auto& [world, people, anna, bo, relays, bos, chat] = it;
  anna.set_network(false);
  world.run_for(1'000);
  put_back(world.relay(), relays);
  put_back(bo, bos);
  world.run_for(10'000);
  anna.set_network(true);
  world.run_for(120'000);
  check_together(world, people, chat);
}

TEST_CASE("a chat that the relay has lost is shown to it by who cannot follow it any more, too") {
  InNoCopy it(1112);
  auto& [world, people, anna, bo, relays, bos, chat] = it;
  anna.send(chat, "hello");
  REQUIRE(world.settle());
  const auto annas = anna.disk().copy();
  anna.send(chat, "not in her copy");
  REQUIRE(world.settle());
  bo.set_network(false);
  world.run_for(1'000);
  put_back(anna, annas);
  world.run_for(10'000);
  REQUIRE(anna.info(chat).state == ChatState::split);
  // What he shows the relay does not know: he was told another history.
  break_seals(world, "bo");
  put_back(world.relay(), relays);
  bo.set_network(true);
  world.run_for(2 * day_ms);
  check_together(world, people, chat);
  for (const auto* text : {"hello", "not in her copy"}) CHECK(count_text(bo, chat, text) == 1);
}

TEST_CASE("who sets right what the relay has lost does so each time, though nobody else is there") {
  InNoCopy it(1111);
  auto& [world, people, anna, bo, relays, bos, chat] = it;
  bo.set_network(false);
  for (int time = 0; time < 5; ++time) {
    world.run_for(1'000);
    put_back(world.relay(), relays);
    world.run_for(60'000);
  }
  // He knows nothing of it any more, and hears of it because he is on the list.
  put_back(bo, bos);
  bo.set_network(true);
  world.run_for(60'000);
  check_together(world, people, chat);
}
