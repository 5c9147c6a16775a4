#include "voice/loudness.hpp"

#include <ebur128.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "unit/voice/sounds.hpp"

namespace tern::voice::test {
namespace {

/// Measured without a histogram, and not by our code.
double lufs(const Pcm& pcm) {
  ebur128_state* state = ebur128_init(1, 48'000, EBUR128_MODE_I);
  ebur128_add_frames_float(state, pcm.data(), pcm.size());
  double out = 0;
  ebur128_loudness_global(state, &out);
  ebur128_destroy(&state);
  return out;
}

float peak(const Pcm& pcm) {
  float out = 0;
  for (const float sample : pcm) out = std::max(out, std::abs(sample));
  return out;
}

TEST_CASE("speech of any level is played at -18 LUFS, and never above full scale") {
  const float wanted_peak = GENERATE(0.15F, 0.3F, 0.6F, 0.999F);
  const Pcm said = speech(48'000 * 20);
  const auto [file, clip] = record(scaled(said, wanted_peak / peak(said)));
  const Pcm heard = play(file, {.clip = clip});
  INFO("peak " << wanted_peak << ", " << clip.loudness_lufs << " LUFS");
  CHECK(lufs(heard) == Approx(-18).margin(1));
  CHECK(peak(heard) <= 0.891F);
  CHECK(heard.size() == clip.samples);
}

TEST_CASE("a clip that is too loud through and through is turned down without clipping") {
  Pcm shouted = scaled(speech(48'000 * 10), 3);
  for (auto& sample : shouted) sample = std::clamp(sample, -1.0F, 1.0F);
  const auto [file, clip] = record(shouted);
  const Pcm heard = play(file, {.clip = clip});
  CHECK(lufs(heard) == Approx(-18).margin(1));
  CHECK(peak(heard) <= 0.891F);
}

TEST_CASE("gain is at most 20 dB, and none where no loudness is known") {
  const auto gain = [](float loudness, bool normalise = true) {
    PlayerSettings settings;
    settings.clip = VoiceClip{.samples = 1, .loudness_lufs = loudness};
    settings.normalise = normalise;
    return VoicePlayer::open(std::make_shared<ArrivingSource>(Bytes(1)), settings)->gain_db();
  };
  CHECK(gain(-23) == 5);
  CHECK(gain(-10) == -8);
  CHECK(gain(-60) == 20);
  CHECK(gain(30) == -20);
  CHECK(gain(-23, false) == 0);
  CHECK(gain(loudness_unknown_lufs) == 0);
  CHECK(gain(std::nanf("")) == 0);
  CHECK(gain(-HUGE_VALF) == 0);
}

TEST_CASE("loudness is that of EBU R 128, and unknown for silence and for less than 400 ms") {
  const Pcm said = speech(48'000 * 10);
  CHECK(record(said).clip.loudness_lufs == Approx(lufs(said)).margin(0.1));
  CHECK(record(Pcm(48'000)).clip.loudness_lufs == loudness_unknown_lufs);
  CHECK(record(tone(1'000, 48'000 / 4)).clip.loudness_lufs == loudness_unknown_lufs);
  // Tech 3341: 1 kHz at -23 dBFS in both channels is -23 LUFS; in one it is 3 dB less.
  const auto one = static_cast<float>(std::pow(10, -23.0 / 20));
  CHECK(record(tone(1'000, 48'000 * 5, one)).clip.loudness_lufs == Approx(-26).margin(0.1));
}

}  // namespace
}  // namespace tern::voice::test
