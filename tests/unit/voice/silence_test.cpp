#include <algorithm>
#include <catch2/catch.hpp>

#include "unit/voice/ogg_builder.hpp"
#include "unit/voice/sounds.hpp"

namespace tern::voice::test {
namespace {

constexpr std::size_t second = 48'000, kept = 9'600;
const VoiceSettings trimming = {.trim_silence = true};

Pcm voice() { return tone(250, second * 2, 0.2F); }
Pcm room(std::size_t samples) { return noise(samples, 0.001F); }  // -65 dBFS RMS

TEST_CASE("of silence over a second at the beginning the last 200 ms stay") {
  for (const std::size_t before : {second + 960, second * 2, second * 7}) {
    const auto [file, clip] = record(room(before) + voice(), trimming);
    INFO(before);
    CHECK(clip.samples == kept + second * 2);
    CHECK(play(file).size() == clip.samples);
  }
  CHECK(record(room(second) + voice(), trimming).clip.samples == second * 3);
  CHECK(record(room(second * 2) + voice()).clip.samples == second * 4);
}

TEST_CASE("of silence over a second at the end the first 200 ms stay") {
  for (const std::size_t after : {second + 960, second * 2 + 17, second * 30}) {
    const auto [file, clip] = record(voice() + room(after), trimming);
    INFO(after);
    CHECK(clip.samples == second * 2 + kept);
    CHECK(play(file).size() == clip.samples);
    CHECK(measure_voice(*make_voice_source(file))->samples == clip.samples);
  }
  CHECK(record(voice() + room(second), trimming).clip.samples == second * 3);
}

TEST_CASE("silence between two sentences stays, however long") {
  const Pcm pcm = voice() + room(second * 9) + voice();
  const auto [file, clip] = record(pcm, trimming);
  CHECK(clip.samples == pcm.size());
  CHECK(file == record(pcm).file);
}

TEST_CASE("trimming fades nothing: what stays is what is recorded without") {
  const Pcm pcm = voice() + room(second * 3);
  const Pcm trimmed = play(record(pcm, trimming).file), whole = play(record(pcm).file);
  CHECK(std::equal(trimmed.begin(), trimmed.end(), whole.begin()));
}

TEST_CASE("digital silence is silence, too") {
  CHECK(record(Pcm(second * 3) + voice() + Pcm(second * 3), trimming).clip.samples ==
        kept + second * 2 + kept);
}

TEST_CASE("a whisper is no silence") {
  // -56 dBFS RMS in a room at -75.
  const Pcm quiet = noise(second, 0.0003F);
  const Pcm whisper = tone(900, second * 3, 0.0022F);
  CHECK(record(quiet + whisper + quiet, trimming).clip.samples == second * 5);
  // At the end of a clip that was whispered, too.
  const Pcm loud_whisper = tone(900, second * 2, 0.01F);
  CHECK(record(loud_whisper + whisper, trimming).clip.samples == second * 5);
}

TEST_CASE("of a clip of silence alone the last second stays") {
  CHECK(record(Pcm(second / 2), trimming).clip.samples == second / 2);
  const auto clip = record(Pcm(second * 4 + 100), trimming).clip;
  CHECK(clip.samples >= second);
  CHECK(clip.samples < second + 960);
}

TEST_CASE("what is settled is never cut, and the cut keeps what is settled") {
  SinkLog log;
  auto recorder = VoiceRecorder::start(trimming, logged(log)).value();
  push(recorder, voice());
  const auto while_voice = log.written.back();
  CHECK(log.settled.back() == while_voice);
  push(recorder, room(second * 10));
  CHECK(log.settled.back() < log.written.back());
  const auto in_silence = log.settled.back();
  CHECK(in_silence >= while_voice);
  push(recorder, voice());
  CHECK(log.settled.back() == log.written.back());
  push(recorder, room(second * 10));
  const Bytes before = log.file;
  const auto settled = log.settled.back();
  const auto clip = recorder.finish().value();
  CHECK(log.keep_bytes == settled);
  CHECK(std::is_sorted(log.settled.begin(), log.settled.end()));
  CHECK(std::equal(before.begin(), before.begin() + static_cast<std::ptrdiff_t>(settled),
                   log.file.begin()));
  CHECK(clip.samples == second * 14 + kept);
  CHECK(play(log.file).size() == clip.samples);
}

TEST_CASE("the loudness of a trimmed clip is that of what stayed") {
  const Pcm said = speech(second * 6);
  const auto trimmed = record(room(second * 3) + said + room(second * 20), trimming);
  const auto measured = measure_voice(*make_voice_source(trimmed.file)).value();
  CHECK(trimmed.clip.loudness_lufs == Approx(measured.loudness_lufs).margin(0.5));
}

TEST_CASE("a resumed recording trims the silence that comes after it was resumed") {
  SinkLog log;
  {
    auto recorder = VoiceRecorder::start(trimming, logged(log)).value();
    push(recorder, voice());
  }
  std::uint64_t whole = 0;
  const Bytes draft = log.file;
  auto recorder = VoiceRecorder::resume(trimming, logged(log), draft, &whole).value();
  CHECK(whole == draft.size());
  push(recorder, voice() + room(second * 5));
  const auto clip = recorder.finish().value();
  // The end is found in steps of 20 ms.
  CHECK(clip.samples >= second * 4 - 312 + kept);
  CHECK(clip.samples < second * 4 - 312 + kept + 960);
  CHECK(play(log.file).size() == clip.samples);
}

}  // namespace
}  // namespace tern::voice::test
