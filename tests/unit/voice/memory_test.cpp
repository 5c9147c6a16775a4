// What a recording takes, however long it gets.
#include <malloc.h>

#include <catch2/catch.hpp>

#include "tern/limits.hpp"
#include "unit/voice/sounds.hpp"

namespace tern::voice::test {
namespace {

/// Takes everything and keeps nothing.
class Nowhere final : public VoiceSink {
 public:
  Result<void> write(ByteSpan, std::uint64_t) override { return {}; }
  Result<void> finish(const VoiceClip&, std::uint64_t, ByteSpan) override { return {}; }
  Result<void> discard() override { return {}; }
};

std::size_t in_use() { return ::mallinfo2().uordblks; }

TEST_CASE("a recording of 15 minutes takes the memory of one of a minute, and ends there") {
  auto recorder = VoiceRecorder::start({.sample_rate = 16'000, .trim_silence = true},
                                       std::make_unique<Nowhere>())
                      .value();
  const Pcm second = tone(300, 16'000, 0.3F, 16'000), quiet(16'000, 1e-5F);
  std::size_t after_one = 0;
  for (std::size_t i = 0; i < limits::voice_minutes_max * 60; ++i) {
    // Of the last minutes' silence what could be cut is held: a page.
    push(recorder, i < 11 * 60 || i == 899 ? second : quiet);
    if (i == 60) after_one = in_use();
  }
  const std::size_t after_all = in_use();
  if (after_all == 0)
    WARN("this allocator does not say what is in use (a sanitizer's?): nothing was measured");
  CHECK(after_all <= after_one + 16 * 1'024);

  // The resampler holds some milliseconds back.
  CHECK(recorder.push(std::span<const float>(second)).error() == Errc::voice_too_long);
  CHECK(recorder.samples() == limits::voice_samples_max);
  CHECK(recorder.push(std::span<const float>(second)).error() == Errc::voice_too_long);
  CHECK(recorder.finish()->samples == limits::voice_samples_max);
}

}  // namespace
}  // namespace tern::voice::test
