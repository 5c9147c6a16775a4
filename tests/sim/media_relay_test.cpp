// A relay that says nonsense about blobs: little is sent because of it, and when it comes to its
// senses everything arrives.
#include "sim/forger.hpp"

using namespace tern;
using namespace tern::sim;

namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::uint32_t chunks = 6;

struct Lie {
  std::function<wire::Answer(const wire::BlobStored&)> stored;
  std::function<wire::Answer(const wire::BlobChunk&)> chunk;
};

/// Anna sends Bo a voice message of six chunks while the relay lies for an hour.
struct HourOfLies : GroupOfTwo {
  HourOfLies(std::uint64_t seed, Lie its_lie) : GroupOfTwo(seed), lie(std::move(its_lie)) {
    world.relay().on_frame_to_device = [this](Device&, Bytes& frame) {
      if (!lies) return true;
      if (lie.stored) replace_answer<wire::BlobStored>(frame, lie.stored);
      if (lie.chunk) replace_answer<wire::BlobChunk>(frame, lie.chunk);
      return true;
    };
    world.relay().on_frame_from_device = [this](Device&, Bytes& frame) {
      ++frames;
      puts += count_requests<wire::PutBlob>(frame);
      gets += count_requests<wire::GetBlob>(frame);
      return true;
    };
    sound = sound_of(world, chunks * limits::blob_chunk_bytes - 1'000);
    id = say(world, *anna, chat, sound);
    world.run_for(hour_ms);
  }
  /// It does not lie any more; what is not fetched on its own is asked for.
  void check_arrives() {
    lies = false;
    anna->send(chat, "and?");
    for (int i = 0; i < 24 && !here(); ++i) {
      world.run_for(hour_ms);
      if (media_at(*bo, chat, id).state != Media::State::failed) continue;
      bo->with([&](auto& e) { return e.fetch(world.now(), chat, id); }).value();
    }
    CHECK((content_at(*bo, chat, id) == sound));
    CHECK(media_at(*anna, chat, id).state == Media::State::here);
    CHECK(bo->texts(chat).back() == "and?");
  }
  bool here() {
    return media_at(*bo, chat, id).state == Media::State::here &&
           media_at(*anna, chat, id).state == Media::State::here;
  }

  Lie lie;
  bool lies = true;
  Bytes sound;
  MessageId id;
  std::size_t frames = 0;
  std::size_t puts = 0;
  std::size_t gets = 0;
};

wire::Answer refused(Errc code, std::uint32_t retry_after_ms = 0) {
  wire::Refused out;
  out.code = code;
  out.retry_after_ms = retry_after_ms;
  return out;
}

}  // namespace

TEST_CASE("a relay that counts an upload's chunks wrongly gets few of them, and all in the end") {
  std::uint32_t asked = 0;
  const std::pair<const char*, std::function<wire::BlobStored(const wire::BlobStored&)>> lies[] = {
      {"none, for ever",
       [](const auto&) {
         return wire::BlobStored{0, false};
       }},
      {"more than there are",
       [](const auto&) {
         return wire::BlobStored{UINT32_MAX, false};
       }},
      {"all, but not complete",
       [](const auto&) {
         return wire::BlobStored{chunks, false};
       }},
      {"going back",
       [&](const auto&) {
         return wire::BlobStored{++asked % chunks, false};
       }},
      {"going back by one",
       [&](const auto&) {
         return wire::BlobStored{2 + ++asked % 2, false};
       }},
      {"up and down",
       [&](const auto&) {
         return wire::BlobStored{(asked += 5) % chunks, false};
       }},
  };
  for (const auto& [what, lie] : lies) {
    asked = 0;
    HourOfLies hour(1400, {lie, {}});
    INFO(what << ": " << hour.puts << " chunks or questions sent in an hour");
    CHECK(hour.puts <= 60);
    CHECK(hour.frames <= 150);
    hour.check_arrives();
  }
}

TEST_CASE("a relay that gives other chunks than it is asked for is not asked for ever") {
  const Bytes junk(limits::blob_chunk_bytes, 7);
  const std::pair<const char*, std::function<wire::BlobChunk(const wire::BlobChunk&)>> lies[] = {
      {"another number",
       [](const auto& c) {
         return wire::BlobChunk{c.chunk + 1, c.payload};
       }},
      {"junk",
       [&](const auto& c) {
         return wire::BlobChunk{c.chunk, junk};
       }},
      {"nothing",
       [](const auto& c) {
         return wire::BlobChunk{c.chunk, {}};
       }},
      {"cut",
       [](const auto& c) {
         return wire::BlobChunk{c.chunk, c.payload.first(20)};
       }},
  };
  for (const auto& [what, lie] : lies) {
    HourOfLies hour(1410, {{}, lie});
    INFO(what << ": " << hour.gets << " questions in an hour");
    CHECK(media_at(*hour.bo, hour.chat, hour.id).failure == Errc::blob_damaged);
    CHECK(hour.gets <= 30);
    hour.check_arrives();
  }
}

TEST_CASE("whatever a relay refuses blobs with, it is asked seldom, and all arrives in the end") {
  std::vector<int> codes;
  for (int number = 1; number < 900; ++number) {
    // The first of each block that means nothing here, and all that a relay answers.
    const bool relays = number > 600 && number < 630;
    if ((number < 8 || number % 100 == 0 || relays) && name(Errc{number}) != "unknown")
      codes.push_back(number);
  }
  REQUIRE(codes.size() > 30);
  for (const auto number : codes) {
    const auto code = Errc{number};
    const auto refuse = [code](const auto&) { return refused(code); };
    HourOfLies hour(1420, {refuse, refuse});
    INFO(number << ", " << describe(code) << ": " << hour.puts << " put_blob and " << hour.gets
                << " get_blob of " << hour.frames << " frames in an hour");
    CHECK(hour.puts + hour.gets <= 220);
    CHECK(hour.frames <= 450);
    if (media_at(*hour.anna, hour.chat, hour.id).state == Media::State::failed)
      hour.anna->with([&](auto& e) { return e.fetch(hour.world.now(), hour.chat, hour.id); })
          .value();
    hour.check_arrives();
  }
}

TEST_CASE("a relay that is always about to have room is asked again when it says, and not faster") {
  const auto refuse = [](const auto&) { return refused(Errc::rate_limited, 60'000); };
  HourOfLies hour(1430, {refuse, refuse});
  INFO(hour.puts << " and " << hour.gets);
  CHECK(hour.puts <= 130);
  CHECK(hour.gets <= 130);
  hour.check_arrives();
}
