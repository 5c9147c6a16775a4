#include "wire/live.hpp"

#include <set>

#include "client/live_packets.hpp"
#include "sim/media.hpp"
#include "sim/stolen_folder.hpp"
#include "wire/frames.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

std::vector<Bytes> speech(World& world) {
  std::vector<Bytes> out;
  for (int i = 0; i < 12; ++i) out.push_back(sound_of(world, 60));
  return out;
}

struct Walk {
  explicit Walk(std::uint64_t seed) : world(seed) {
    people = add_people(world, {"anna", "bo", "cem"});
    chat = make_group(world, people);
    people[0]->send(chat, "hello");
    REQUIRE(world.settle());
    world.relay().on_frame_from_device = [this](Device& from, Bytes& frame) {
      const auto request = wire::decode_request(frame);
      const auto* known = request ? std::get_if<wire::RequestFrame>(&*request) : nullptr;
      const auto* signal = known ? std::get_if<wire::Signal>(&known->request) : nullptr;
      if (signal) signals.emplace_back(from.id(), to_bytes(signal->payload));
      return true;
    };
  }
  MessageId start(Device& who) {
    auto& engine = who.engine();
    const auto id = engine.begin_draft(world.now(), chat, client::DraftKind::voice).value();
    engine.start_live(world.now(), id, chat, 12).value();
    return id;
  }
  void say(Device& who, const MessageId& id, const std::vector<Bytes>& packets) {
    who.with([&](auto& engine) { return engine.say_live(world.now(), id, packets); }).value();
  }
  Device& anna() { return *people[0]; }
  Device& bo() { return *people[1]; }
  Device& cem() { return *people[2]; }
  /// A signal as the relay would pass it on, or as a lying one would.
  void push(Device& to, const DeviceId& from, ByteSpan payload) {
    to.with([&](auto& engine) {
      engine.receive(world.now(), wire::encode(wire::Push(wire::SignalPush{chat, from, payload})));
      return true;
    });
  }

  World world;
  std::vector<Device*> people;
  ChatId chat;
  std::vector<std::pair<DeviceId, Bytes>> signals;
};

}  // namespace

TEST_CASE("whoever is online hears a live voice while it is spoken") {
  Walk walk(1000);
  const auto id = walk.start(walk.anna());
  std::vector<std::vector<Bytes>> said;
  for (int i = 0; i < 4; ++i) {
    said.push_back(speech(walk.world));
    walk.say(walk.anna(), id, said.back());
    walk.world.run_for(240);
  }
  for (auto* listener : {&walk.bo(), &walk.cem()}) {
    const auto started = last_event<LiveStarted>(*listener);
    REQUIRE(started);
    CHECK(started->id == id);
    CHECK(started->chat == walk.chat);
    CHECK(started->sender == walk.anna().account());
    CHECK(started->packet_frames == 12);
    const auto heard = listener->engine().take_live(walk.chat, id).value();
    REQUIRE(heard.packets.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) {
      CHECK(heard.packets[i].counter == i);
      CHECK(heard.packets[i].opus_packets == said[i]);
    }
    CHECK_FALSE(heard.end);
    CHECK(listener->engine().take_live(walk.chat, id).value().packets.empty());
  }
  walk.say(walk.anna(), id, {});
  walk.world.run_for(1'000);
  CHECK(walk.bo().engine().take_live(walk.chat, id).value().end == 4);
  CHECK(last_event<LiveEnded>(walk.bo())->id == id);
}

TEST_CASE("the durable message has the live voice's id, replaces it, and is there for the absent") {
  Walk walk(1001);
  walk.cem().set_network(false);
  walk.world.run_for(1'000);
  const auto id = walk.start(walk.anna());
  walk.say(walk.anna(), id, speech(walk.world));
  const auto sound = sound_of(walk.world, 90'000);
  walk.anna().engine().write_draft(walk.world.now(), id, 0, sound, sound.size()).value();
  walk.world.run_for(500);
  walk.say(walk.anna(), id, {});
  finish_recording(walk.world, walk.anna(), id, sound.size());
  REQUIRE(walk.world.settle());
  walk.cem().set_network(true);
  REQUIRE(walk.world.settle());
  walk.world.run_for(5'000);
  for (auto* listener : {&walk.bo(), &walk.cem()})
    CHECK((content_at(*listener, walk.chat, id) == sound));
  CHECK(walk.bo().engine().take_live(walk.chat, id).value().replaced);
  CHECK(walk.cem().engine().take_live(walk.chat, id).error() == Errc::not_found);
  CHECK(walk.cem().count_events<LiveStarted>() == 0);
  // What the relay kept of it, shown again, begins nothing.
  const auto again = walk.signals.front().second;
  walk.push(walk.cem(), walk.anna().id(), again);
  CHECK(walk.cem().engine().take_live(walk.chat, id).error() == Errc::not_found);
}

TEST_CASE("two speakers, two streams and a restart never share a key and a nonce") {
  Walk walk(1002);
  std::set<std::pair<Bytes, std::uint32_t>> used;
  std::size_t packets = 0;
  const auto collect = [&] {
    // Every key of this epoch can be derived by whoever is in the group.
    const StolenFolder folder(walk.anna());
    const auto group = folder.group(walk.chat).value();
    for (const auto& [from, payload] : walk.signals) {
      const auto packet = wire::decode_live_packet(payload).value();
      REQUIRE(packet.epoch == group.epoch());
      const auto key = client::live::key_of(group, packet.leaf, packet.stream).value();
      used.insert({to_bytes(key.span()), packet.counter});
      ++packets;
    }
    walk.signals.clear();
  };
  const auto same = speech(walk.world);
  const auto one = walk.start(walk.anna());
  const auto two = walk.start(walk.anna());
  const auto other = walk.start(walk.bo());
  for (int i = 0; i < 5; ++i) {
    walk.say(walk.anna(), one, same);
    walk.say(walk.anna(), two, same);
    walk.say(walk.bo(), other, same);
    walk.world.run_for(240);
  }
  collect();
  walk.anna().kill();
  walk.anna().start();
  REQUIRE(walk.world.settle());
  const auto after = walk.start(walk.anna());
  CHECK(after != one);
  CHECK(walk.anna().engine().say_live(walk.world.now(), one, same).error() == Errc::live_ended);
  for (int i = 0; i < 5; ++i) {
    walk.say(walk.anna(), after, same);
    walk.world.run_for(240);
  }
  collect();
  CHECK(packets == 20);
  CHECK(used.size() == packets);
}

TEST_CASE("a new epoch has a new key, and what was on its way in the old one is still heard") {
  Walk walk(1003);
  const auto id = walk.start(walk.anna());
  walk.say(walk.anna(), id, speech(walk.world));
  walk.world.run_for(240);
  const auto epoch = walk.anna().info(walk.chat).epoch;
  Outcome outcome;
  remove(walk.world, walk.anna(), walk.chat, walk.cem(), outcome);
  REQUIRE(walk.world.settle());
  REQUIRE(walk.anna().info(walk.chat).epoch > epoch);
  walk.say(walk.anna(), id, speech(walk.world));
  walk.world.run_for(240);
  CHECK(walk.bo().engine().take_live(walk.chat, id).value().packets.size() == 2);
  const auto first = wire::decode_live_packet(walk.signals[0].second).value();
  const auto second = wire::decode_live_packet(walk.signals[1].second).value();
  CHECK(second.epoch > first.epoch);
  CHECK(second.counter == 1);
  // Who was removed hears nothing of it, though the relay may send it.
  walk.push(walk.cem(), walk.anna().id(), walk.signals[1].second);
  CHECK(walk.cem().engine().take_live(walk.chat, id).value().packets.size() == 1);
  // A straggler of the old epoch, and one that took too long.
  walk.push(walk.bo(), walk.anna().id(), walk.signals[0].second);
  CHECK(walk.bo().engine().take_live(walk.chat, id).value().packets.size() == 1);
  walk.world.run_for(6'000);
  walk.push(walk.bo(), walk.anna().id(), walk.signals[0].second);
  CHECK(walk.bo().engine().take_live(walk.chat, id).value().packets.empty());
}

TEST_CASE("a packet that the relay changed, made up, or says is another's is not heard") {
  Walk walk(1004);
  walk.bo().set_network(false);
  walk.world.run_for(1'000);
  const auto id = walk.start(walk.anna());
  walk.say(walk.anna(), id, speech(walk.world));
  walk.world.run_for(1'000);
  walk.bo().set_network(true);
  REQUIRE(walk.world.settle());
  const auto good = walk.signals.back().second;
  const auto decoded = wire::decode_live_packet(good).value();
  const auto silent = [&](const char* what, const DeviceId& from, const Bytes& payload) {
    INFO(what);
    walk.push(walk.bo(), from, payload);
    CHECK(walk.bo().engine().take_live(walk.chat, id).error() == Errc::not_found);
    CHECK(walk.bo().count_events<LiveStarted>() == 0);
  };
  for (std::size_t at = 0; at < good.size(); at += 7) {
    auto changed = good;
    changed[at] ^= 0x20;
    silent("a bit", walk.anna().id(), changed);
  }
  for (std::size_t bytes = 0; bytes < good.size(); bytes += 13)
    silent("cut", walk.anna().id(), Bytes(good.begin(), good.begin() + static_cast<long>(bytes)));
  silent("another's", walk.cem().id(), good);
  auto other_epoch = decoded;
  ++other_epoch.epoch;
  silent("another epoch", walk.anna().id(), wire::encode(other_epoch));
  auto other_leaf = decoded;
  other_leaf.leaf = 77;
  silent("no member's leaf", walk.anna().id(), wire::encode(other_leaf));
  auto end = decoded;
  end.end = true;
  silent("an end that nobody has signed", walk.anna().id(), wire::encode(end));
  walk.push(walk.bo(), walk.anna().id(), good);
  CHECK(walk.bo().engine().take_live(walk.chat, id).value().packets.size() == 1);
}

TEST_CASE("a speaker that falls silent has ended, and is forgotten a while later") {
  Walk walk(1005);
  const auto id = walk.start(walk.anna());
  walk.say(walk.anna(), id, speech(walk.world));
  walk.world.run_for(1'000);
  CHECK(walk.bo().count_events<LiveEnded>() == 0);
  walk.anna().kill();
  walk.world.run_for(12'000);
  CHECK(walk.bo().count_events<LiveEnded>() == 1);
  CHECK(walk.bo().engine().take_live(walk.chat, id));
  walk.world.run_for(60'000);
  CHECK(walk.bo().engine().take_live(walk.chat, id).error() == Errc::not_found);
  CHECK(walk.bo().count_events<LiveEnded>() == 1);
}

TEST_CASE("without a line nothing is said and nothing is lost") {
  Walk walk(1006);
  walk.anna().set_network(false);
  walk.world.run_for(1'000);
  const auto id = walk.start(walk.anna());
  for (int i = 0; i < 20; ++i) walk.say(walk.anna(), id, speech(walk.world));
  const auto sound = sound_of(walk.world, 5'000);
  walk.anna().engine().write_draft(walk.world.now(), id, 0, sound, sound.size()).value();
  walk.say(walk.anna(), id, {});
  finish_recording(walk.world, walk.anna(), id, sound.size());
  walk.anna().set_network(true);
  REQUIRE(walk.world.settle());
  walk.world.run_for(5'000);
  CHECK(walk.signals.empty());
  CHECK((content_at(*&walk.bo(), walk.chat, id) == sound));
}

TEST_CASE("a device speaks once at a time: where it begins anew the other has ended") {
  Walk walk(1007);
  std::vector<MessageId> ids;
  for (int i = 0; i < 10; ++i) {
    ids.push_back(walk.start(walk.anna()));
    walk.say(walk.anna(), ids.back(), speech(walk.world));
    walk.world.run_for(300);
  }
  CHECK(walk.bo().count_events<LiveStarted>() == 10);
  CHECK(walk.bo().count_events<LiveEnded>() == 9);
  CHECK(walk.bo().engine().take_live(walk.chat, ids[7]).error() == Errc::not_found);
  CHECK(walk.bo().engine().take_live(walk.chat, ids[9]));
  // What is over and forgotten is not begun again by the relay.
  walk.push(walk.bo(), walk.anna().id(), walk.signals[2].second);
  CHECK(walk.bo().count_events<LiveStarted>() == 10);
}

TEST_CASE("a live packet has 60 to 240 ms, and a live voice begins once") {
  Walk walk(1008);
  const auto id = walk.start(walk.anna());
  auto& engine = walk.anna().engine();
  for (const std::uint32_t frames : {0U, 2U, 13U, 256U}) {
    const auto other =
        engine.begin_draft(walk.world.now(), walk.chat, client::DraftKind::voice).value();
    CHECK(engine.start_live(walk.world.now(), other, walk.chat, frames).error() ==
          Errc::invalid_argument);
  }
  CHECK(engine.start_live(walk.world.now(), id, walk.chat, 12).error() == Errc::invalid_argument);
}
