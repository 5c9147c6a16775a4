#include "net/draft_sink.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "net/system_clock.hpp"
#include "store/memory.hpp"
#include "support/seeded_entropy.hpp"

using namespace tern;
using namespace tern::net;

namespace {

/// A chat of somebody who has no line, and a draft in it.
struct Drafting {
  Drafting() {
    AccountId peer;
    entropy.fill(peer.bytes);
    const auto chat = engine->chat_with(read_clock(), peer).value();
    id = engine->begin_draft(read_clock(), chat, client::DraftKind::voice).value();
  }
  std::unique_ptr<DraftSink> sink() {
    return std::make_unique<DraftSink>(
        [this](const std::function<Result<void>(client::Engine&)>& work) { return work(*engine); },
        DraftPlace{id, OnFinish::keep, [] {}}, hash);
  }
  test::SeededEntropy entropy{7};
  store::MemoryDisk disk;
  std::unique_ptr<store::Environment> environment = store::open_memory(disk);
  std::unique_ptr<client::Engine> engine =
      client::Engine::open(read_clock(), *environment, store::StorageKey(), entropy).value();
  MessageId id;
  std::shared_ptr<PacketHash> hash = std::make_shared<PacketHash>();
};

std::vector<float> tone(std::size_t samples) {
  std::vector<float> out(samples);
  for (std::size_t i = 0; i < samples; ++i) out[i] = 0.3F * std::sin(0.03F * static_cast<float>(i));
  return out;
}

}  // namespace

TEST_CASE("a draft whose last page is not whole goes on behind the one that is") {
  Drafting drafting;
  auto& engine = *drafting.engine;
  {
    auto recorder = VoiceRecorder::start({}, drafting.sink()).value();
    recorder.push(std::span<const float>(tone(48'000 * 2))).value();
  }
  auto content = to_bytes(engine.draft_content(drafting.id).value());
  const auto whole = content.size();
  engine.write_draft(read_clock(), drafting.id, whole, ByteSpan(content).first(20), 0).value();
  content = to_bytes(engine.draft_content(drafting.id).value());

  auto sink = drafting.sink();
  auto& draft = *sink;
  std::uint64_t kept = 0;
  auto recorder =
      VoiceRecorder::resume(hashing({}, drafting.hash), std::move(sink), content, &kept).value();
  REQUIRE(kept == whole);
  draft.go_on_behind(kept).value();
  recorder.push(std::span<const float>(tone(48'000 * 2))).value();
  const auto clip = recorder.finish().value();
  CHECK(clip.samples > 48'000 * 3);
  auto file = to_bytes(engine.draft_content(drafting.id).value());
  CHECK(measure_voice(*make_voice_source(std::move(file)))->samples == clip.samples);
}
