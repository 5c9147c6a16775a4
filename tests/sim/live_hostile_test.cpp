// Live voice when somebody lies: a member, one who is none any more, or the relay.
#include <array>

#include "client/live_packets.hpp"
#include "sim/forger.hpp"
#include "sim/stolen_folder.hpp"
#include "wire/live.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

/// Anna is the group's admin. Whatever she and Mallory signal is kept.
struct Stage {
  explicit Stage(std::uint64_t seed) : world(seed) {
    people = add_people(world, {"anna", "bo"});
    people.push_back(&world.add_device("mallory", Forger::quiet()));
    REQUIRE(world.settle());
    chat = make_group(world, people);
    // So that Mallory has made her first commit, which is her last.
    for (auto* person : {people[0], people[2], people[0]}) {
      person->send(chat, "hello");
      REQUIRE(world.settle());
      world.run_for(90'000);
    }
    watch();
  }
  void watch() {
    world.relay().on_frame_from_device = [this](Device&, Bytes& frame) {
      edit_request<wire::Signal>(
          frame, [&](wire::Signal& signal) { signals.push_back(to_bytes(signal.payload)); });
      return true;
    };
  }
  MessageId start(Device& who) {
    auto& engine = who.engine();
    const auto id = engine.begin_draft(world.now(), chat, client::DraftKind::voice).value();
    engine.start_live(world.now(), id, chat, 12).value();
    return id;
  }
  void say(Device& who, const MessageId& id) {
    const std::vector<Bytes> packets(12, sound_of(world, 40));
    who.with([&](auto& engine) { return engine.say_live(world.now(), id, packets); }).value();
  }
  /// As the relay would pass it on if it liked.
  void push_to_bo(const DeviceId& from, ByteSpan payload) {
    bo().with([&](auto& engine) {
      engine.receive(world.now(), wire::encode(wire::Push(wire::SignalPush{chat, from, payload})));
      return true;
    });
  }
  std::size_t heard_by_bo(const MessageId& id) {
    const auto heard = bo().engine().take_live(chat, id);
    return heard ? heard->packets.size() : 0;
  }
  Device& anna() { return *people[0]; }
  Device& bo() { return *people[1]; }
  Device& mallory() { return *people[2]; }

  World world;
  std::vector<Device*> people;
  ChatId chat;
  std::vector<Bytes> signals;
};

/// Goes on speaking with the keys of the epoch in which it was made.
struct OldVoice {
  OldVoice(Stage& its_stage, Device& device, const MessageId& its_stream)
      : stage(its_stage),
        folder(device),
        from(device.id()),
        stream(its_stream),
        group(folder.group(its_stage.chat).value()) {}
  void speak() {
    wire::LivePacket packet;
    packet.stream = stream;
    packet.epoch = group.epoch();
    packet.leaf = group.own_leaf().value;
    packet.counter = next++;
    packet.packet_frames = 12;
    const std::vector<Bytes> sound(12, Bytes(40, 7));
    stage.push_to_bo(from, client::live::seal(group, folder.identity(), packet, sound).value());
  }
  Stage& stage;
  StolenFolder folder;
  DeviceId from;
  MessageId stream;
  mls::Group group;
  std::uint32_t next = 1;
};

}  // namespace

TEST_CASE("whoever was removed is not heard five seconds later, however they go on") {
  // Without a pause; with one until after the five seconds; with one that ends the stream.
  for (const std::int64_t pause_ms : {0, 6'000, 9'000, 20'000}) {
    INFO("a pause of " << pause_ms << " ms");
    Stage stage(1200);
    auto& world = stage.world;
    const auto id = stage.start(stage.mallory());
    stage.say(stage.mallory(), id);
    world.run_for(100);
    CHECK(stage.heard_by_bo(id) == 1);
    OldVoice voice(stage, stage.mallory(), id);
    const auto epoch = stage.bo().info(stage.chat).epoch;
    Outcome outcome;
    remove(world, stage.anna(), stage.chat, stage.mallory(), outcome);
    REQUIRE(world.run_until([&] { return stage.bo().info(stage.chat).epoch > epoch; }));
    if (pause_ms == 0) {
      for (int i = 0; i < 24; ++i) {
        world.run_for(200);
        voice.speak();
      }
      CHECK(stage.heard_by_bo(id) == 24);
      world.run_for(400);
    } else {
      world.run_for(pause_ms);
    }
    for (int i = 0; i < 50; ++i) {
      voice.speak();
      world.run_for(200);
    }
    CHECK(stage.heard_by_bo(id) == 0);
    // Nor as a new stream.
    voice.stream = world.entropy().make<MessageId>();
    voice.speak();
    CHECK(stage.heard_by_bo(voice.stream) == 0);
    CHECK(stage.bo().count_events<LiveStarted>() == 1);
  }
}

TEST_CASE("what is on its way when the epoch turns is heard, at each turn of a long speech") {
  std::array<Outcome, 3> outcomes;  // answered later, perhaps: outlives the world
  Stage stage(1201);
  auto& world = stage.world;
  auto& anna = stage.anna();
  const auto id = stage.start(anna);
  stage.say(anna, id);
  world.run_for(240);
  CHECK(stage.heard_by_bo(id) == 1);
  auto& cem = world.add_device("cem");
  REQUIRE(world.settle());
  for (int turn = 0; turn < 3; ++turn) {
    INFO("turn " << turn);
    for (int i = 0; i < 40; ++i) {
      stage.say(anna, id);
      world.run_for(240);
    }
    CHECK(stage.heard_by_bo(id) == 40);
    OldVoice late(stage, anna, id);
    late.next = 100'000;
    const auto epoch = stage.bo().info(stage.chat).epoch;
    auto& outcome = outcomes[static_cast<std::size_t>(turn)];
    if (turn % 2 == 0) {
      add(world, anna, stage.chat, cem, outcome);
    } else {
      remove(world, anna, stage.chat, cem, outcome);
    }
    REQUIRE(world.run_until([&] { return stage.bo().info(stage.chat).epoch > epoch; }));
    late.speak();
    CHECK(stage.heard_by_bo(id) == 1);
  }
}

TEST_CASE("nobody speaks who has not read on to the log's head: there may be a removal") {
  Stage stage(1202);
  auto& world = stage.world;
  auto& anna = stage.anna();
  const auto id = stage.start(anna);
  stage.say(anna, id);
  world.run_for(240);
  REQUIRE(stage.signals.size() == 1);
  const auto epoch = anna.info(stage.chat).epoch;
  // Anna hears that there is more, and what it is comes late.
  bool late = true;
  world.relay().on_frame_to_device = [&](Device& to, Bytes& frame) {
    if (&to != &anna || !late) return true;
    const auto decoded = wire::decode_server_frame(frame).value();
    const auto* push = decoded ? std::get_if<wire::Push>(&*decoded) : nullptr;
    const auto* entries = push ? std::get_if<wire::Entries>(push) : nullptr;
    const auto* answer = decoded ? std::get_if<wire::AnswerFrame>(&*decoded) : nullptr;
    if (answer) return !std::holds_alternative<wire::Entries>(answer->answer);
    if (!entries || entries->log != stage.chat) return true;
    wire::Notice notice;
    notice.what = wire::Notice::What::log_advanced;
    notice.log.log = stage.chat;
    notice.log.head = entries->head;
    frame = wire::encode(wire::Push(notice));
    return true;
  };
  stage.bo().send(stage.chat, "a turn of the conversation");
  world.run_for(1'000);
  REQUIRE(stage.bo().info(stage.chat).epoch > epoch);
  REQUIRE(anna.info(stage.chat).epoch == epoch);
  for (int i = 0; i < 5; ++i) {
    stage.say(anna, id);
    world.run_for(240);
  }
  CHECK(stage.signals.size() == 1);
  late = false;
  anna.cut();
  REQUIRE(world.settle());
  REQUIRE(anna.info(stage.chat).epoch > epoch);
  stage.say(anna, id);
  world.run_for(240);
  REQUIRE(stage.signals.size() == 2);
  const auto packet = wire::decode_live_packet(stage.signals.back()).value();
  CHECK(packet.epoch > epoch);
  CHECK(packet.counter == 6);
  CHECK(stage.heard_by_bo(id) == 2);
}

TEST_CASE("a live voice is replaced by its speaker's message in its chat, and by no other") {
  Stage stage(1203);
  auto& world = stage.world;
  auto& mallory = stage.mallory();
  const auto aside =
      mallory.with([&](auto& e) { return e.chat_with(world.now(), stage.bo().account()).value(); });
  mallory.send(aside, "psst");
  REQUIRE(world.settle());
  const auto annas = stage.start(stage.anna());
  const auto mallorys = stage.start(mallory);
  stage.say(stage.anna(), annas);
  stage.say(mallory, mallorys);
  world.run_for(240);
  const auto voice_under = [&](const MessageId& id) {
    static const Bytes audio(500, 3);
    wire::Content out;
    out.again = wire::Again{id, 1};
    out.body = wire::VoiceContent{clip_of(48'000), {}, audio, {}};
    return out;
  };
  const auto replaced = [&](const MessageId& id) {
    return stage.bo().engine().take_live(stage.chat, id).value().replaced;
  };
  Forger forger(world, mallory);
  forger.send(stage.chat, voice_under(annas));
  CHECK_FALSE(replaced(annas));
  forger.send(aside, voice_under(mallorys));
  CHECK_FALSE(replaced(mallorys));
  CHECK(stage.bo().count_events<LiveEnded>() == 0);
  forger.send(stage.chat, voice_under(mallorys));
  CHECK(replaced(mallorys));
  CHECK_FALSE(replaced(annas));
}
