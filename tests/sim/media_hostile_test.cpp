// Voice messages and files as a member can make them whose program is not ours.
#include "sim/forger.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

constexpr std::int64_t day_ms = 86'400'000;

/// Anna, Bo and Mallory in a group; Mallory and Eve have a chat of their own, where Mallory's
/// program uploads what she names elsewhere.
struct Party {
  explicit Party(std::uint64_t seed) : world(seed) {
    const auto people = add_people(world, {"anna", "bo", "eve"});
    anna = people[0];
    bo = people[1];
    eve = people[2];
    mallory = &world.add_device("mallory", Forger::quiet());
    REQUIRE(world.settle());
    chat = make_group(world, {anna, bo, mallory});
    aside = pair(*mallory, *eve);
    anna->send(chat, "hello");
    REQUIRE(world.settle());
    // Her first message brings her first commit; there is no other.
    mallory->send(chat, "hello");
    mallory->send(aside, "psst");
    REQUIRE(world.settle());
    world.run_for(5'000);
    forger.emplace(world, *mallory);
  }
  ChatId pair(Device& from, const Device& to) {
    return from.with(
        [&](auto& engine) { return engine.chat_with(world.now(), to.account()).value(); });
  }
  Media media(const MessageId& id) { return media_at(*bo, chat, id); }
  /// What Bo reads of the message with this id that this device has sent.
  Result<client::MediaAccess> opened(const MessageId& id,
                                     const std::optional<DeviceId>& device = {}) {
    return bo->engine().open_media(chat, id, device);
  }
  std::vector<std::pair<std::string, NamedBlob>> lies_about(const NamedBlob& blob) const;

  World world;
  Device* anna = nullptr;
  Device* bo = nullptr;
  Device* eve = nullptr;
  Device* mallory = nullptr;
  ChatId chat;
  ChatId aside;
  std::optional<Forger> forger;
};

std::vector<std::pair<std::string, NamedBlob>> Party::lies_about(const NamedBlob& blob) const {
  std::vector<std::pair<std::string, NamedBlob>> out;
  const auto add = [&](const char* what) -> NamedBlob& {
    return out.emplace_back(what, blob).second;
  };
  add("key").key[0] ^= 1;
  add("header").header[0] ^= 1;
  add("owner").owner = mallory->account();
  add("one byte less").bytes -= 1;
  add("a chunk less").bytes -= limits::blob_chunk_bytes;
  add("a chunk more").bytes += limits::blob_chunk_bytes;
  return out;
}

/// The audio of a short voice message, unlike any other's.
wire::Content short_voice(ByteSpan audio, const std::optional<wire::Again>& again) {
  wire::Content out;
  out.sent_ms = 1;
  out.again = again;
  out.body = wire::VoiceContent{clip_of(48'000), {}, audio, {}};
  return out;
}

}  // namespace

TEST_CASE("who names another's blob with a wrong key, owner or length spoils only that message") {
  // The lies come first to whoever was away, or when the truth is here already.
  for (const bool away : {false, true}) {
    Party party(1100);
    auto& world = party.world;
    if (away) party.bo->set_network(false);
    MessageId truth;
    const auto sound = sound_of(world, 3 * limits::blob_chunk_bytes + 1'000);
    const auto blob = blob_of_next(world, *party.anna, party.chat, sound, &truth);
    REQUIRE(world.settle());
    auto& forger = *party.forger;
    std::vector<std::pair<std::string, MessageId>> lies;
    for (const auto& [what, lie] : party.lies_about(blob))
      lies.emplace_back(what, forger.send(party.chat, voice_naming(lie, 0)));
    party.bo->set_network(true);
    REQUIRE(world.settle());
    CHECK((content_at(*party.bo, party.chat, truth) == sound));
    // What its owner may still upload is waited for as long as a relay keeps anything.
    for (int days = 0; days < 40; ++days) world.run_for(day_ms);
    for (const auto& [what, id] : lies) {
      INFO(what);
      const auto media = party.media(id);
      CHECK(media.state == Media::State::failed);
      CHECK(media.failure == (what == "owner" ? Errc::blob_unknown : Errc::blob_damaged));
    }
    CHECK((content_at(*party.bo, party.chat, truth) == sound));
  }
}

TEST_CASE("the same blob named twice, truly, plays under both names") {
  Party party(1101);
  MessageId first;
  const auto sound = sound_of(party.world, 100'000);
  const auto blob = blob_of_next(party.world, *party.anna, party.chat, sound, &first);
  const auto second = party.forger->send(party.chat, voice_naming(blob, 0));
  REQUIRE(party.world.settle());
  CHECK((content_at(*party.bo, party.chat, first) == sound));
  CHECK((content_at(*party.bo, party.chat, second) == sound));
  CHECK(party.media(second).state == Media::State::here);
}

TEST_CASE("under another's message id a member has a message of its own, and plays its own sound") {
  Party party(1102);
  auto& world = party.world;
  const auto anna_said = sound_of(world, 9'000);
  const auto mallory_said = sound_of(world, 8'000);
  const auto id = say(world, *party.anna, party.chat, anna_said);
  REQUIRE(world.settle());
  party.forger->send(party.chat, short_voice(mallory_said, wire::Again{id, 1}));
  REQUIRE(world.settle());
  const auto is = [](const Result<client::MediaAccess>& opened, const Bytes& sound) {
    return opened && to_bytes(opened->audio) == sound;
  };
  CHECK(is(party.opened(id, party.anna->id()), anna_said));
  CHECK(is(party.opened(id, party.mallory->id()), mallory_said));
  CHECK(is(party.opened(id), anna_said));
  CHECK(party.opened(id, party.eve->id()).error() == Errc::not_found);
}

TEST_CASE("600 voice messages that name what never comes cost a few questions, and no real one") {
  Party party(1103);
  auto& world = party.world;
  auto& forger = *party.forger;
  std::vector<Bytes> contents;
  for (int i = 0; i < 600; ++i) {
    NamedBlob blob;
    blob.owner = party.mallory->account();
    blob.address = world.entropy().make<BlobAddress>();
    blob.bytes = 6 * limits::blob_chunk_bytes;
    blob.key = sound_of(world, 32);
    blob.header = sound_of(world, 24);
    contents.push_back(wire::encode(voice_naming(blob, 0)));
  }
  const auto half = contents.begin() + 300;
  auto ids = forger.send(party.chat, {contents.begin(), half});
  const auto sound = sound_of(world, 200'000);
  const auto real = say(world, *party.anna, party.chat, sound);
  world.run_for(5'000);
  CHECK((content_at(*party.bo, party.chat, real) == sound));
  for (const auto& id : forger.send(party.chat, {half, contents.end()})) ids.push_back(id);

  std::size_t asked = 0;
  world.relay().on_frame_from_device = [&](Device& from, Bytes& frame) {
    if (&from == party.bo) asked += count_requests<wire::GetBlob>(frame);
    return true;
  };
  world.run_for(3'600'000);
  std::size_t fetched = 0;
  for (const auto& id : ids) fetched += party.media(id).state == Media::State::arriving ? 1 : 0;
  CHECK(fetched == 64);
  INFO(asked << " questions in the hour after the last of them");
  CHECK(asked <= 64 * 6);
  CHECK(asked >= 64);
  world.relay().on_frame_from_device = {};
  const auto after = say(world, *party.anna, party.chat, sound);
  REQUIRE(world.settle());
  CHECK((content_at(*party.bo, party.chat, after) == sound));

  // Those beyond are fetched when somebody asks for them; over 512 at once nothing else is.
  const auto ask = [&](const MessageId& id) {
    party.bo->with([&](auto& e) { return e.fetch(world.now(), party.chat, id); }).value();
    CHECK(party.media(id).state == Media::State::arriving);
  };
  for (std::size_t i = 64; i < 511; ++i) ask(ids[i]);
  const auto last = say(world, *party.anna, party.chat, sound);
  REQUIRE(world.settle());
  CHECK((content_at(*party.bo, party.chat, last) == sound));
  ask(ids[511]);
  const auto over = say(world, *party.anna, party.chat, sound);
  REQUIRE(world.settle());
  CHECK(party.media(over).state == Media::State::elsewhere);
}

TEST_CASE("a voice message of 100 MiB is fetched when it is asked for, and not before") {
  Party party(1104);
  auto& world = party.world;
  std::size_t asked = 0;
  NamedBlob blob = party.forger->upload(party.aside, sound_of(world, 100'000));
  blob.bytes = limits::blob_bytes_max;
  const auto large = party.forger->send(party.chat, voice_naming(blob, 0));
  blob.bytes = 8 * 1024 * 1024 + 1'000;
  const auto over = party.forger->send(party.chat, voice_naming(blob, 0));
  blob.bytes = 8 * 1024 * 1024;
  world.relay().on_frame_from_device = [&](Device& from, Bytes& frame) {
    if (&from == party.bo) asked += count_requests<wire::GetBlob>(frame);
    return true;
  };
  world.run_for(3'600'000);
  CHECK(asked == 0);
  for (const auto& id : {large, over}) {
    CHECK(party.media(id).state == Media::State::elsewhere);
    party.bo->with([&](auto& e) { return e.fetch(world.now(), party.chat, id); }).value();
    CHECK(party.media(id).state == Media::State::arriving);
  }
  world.run_for(10'000);
  CHECK(asked > 0);
  CHECK(party.media(large).failure == Errc::blob_damaged);
  const auto edge = party.forger->send(party.chat, voice_naming(blob, 0));
  REQUIRE(world.settle());
  CHECK(party.media(edge).failure == Errc::blob_damaged);
}

TEST_CASE("a file whose blob is not as long as it says is no message, and nothing is fetched") {
  Party party(1105);
  auto& world = party.world;
  const auto blob = party.forger->upload(party.aside, sound_of(world, 100'000));
  const auto content = blob.bytes - 2 * limits::blob_chunk_overhead_bytes;
  REQUIRE(content == 100'000);
  wire::Content file;
  for (const auto bytes : {content - 1, content + 1, std::uint64_t{0}, UINT64_MAX}) {
    INFO(bytes);
    file.body = wire::FileContent{"a", "", bytes, blob.ref(), {}};
    const auto before = party.bo->history(party.chat).size();
    const auto id = party.forger->send(party.chat, file);
    REQUIRE(world.settle());
    CHECK(party.bo->engine().message(party.chat, id).error() == Errc::not_found);
    CHECK(party.bo->history(party.chat).size() == before);
  }
  CHECK((party.bo->saw_problem(Errc::malformed) || party.bo->saw_problem(Errc::blob_too_large)));
  file.body = wire::FileContent{"a", "", content, blob.ref(), {}};
  const auto id = party.forger->send(party.chat, file);
  REQUIRE(world.settle());
  CHECK(party.media(id).state == Media::State::elsewhere);
}

TEST_CASE("what a sender's clock says does not matter to what its message brings") {
  Party party(1106);
  auto& world = party.world;
  const auto wall_ms = world.now().wall_ms;
  for (const auto sent_ms :
       {wall_ms - 40 * day_ms, wall_ms + 40 * day_ms, INT64_MIN, INT64_MAX, std::int64_t{0}}) {
    INFO(sent_ms);
    party.bo->set_network(false);
    const auto sound = sound_of(world, 150'000);
    const auto blob = party.forger->upload(party.aside, sound);
    // Named before it is there too: the first question finds nothing of it.
    auto missing = blob;
    missing.address = world.entropy().make<BlobAddress>();
    const auto id = party.forger->send(party.chat, voice_naming(blob, sent_ms));
    const auto never = party.forger->send(party.chat, voice_naming(missing, sent_ms));
    party.bo->set_network(true);
    REQUIRE(world.settle());
    world.run_for(1'000);
    CHECK((content_at(*party.bo, party.chat, id) == sound));
    CHECK(party.media(never).state == Media::State::arriving);
  }
}
