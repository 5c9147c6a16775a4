#include <catch2/catch.hpp>
#include <cmath>

#include "tern/voice_player.hpp"
#include "tern/voice_recorder.hpp"
using namespace tern;
TEST_CASE("smoke") {
  Bytes file;
  auto rec = VoiceRecorder::start({.sample_rate = 44100}, make_voice_buffer(file)).value();
  std::vector<float> pcm(44100 * 3 + 7);
  for (std::size_t i = 0; i < pcm.size(); ++i) pcm[i] = 0.3f * std::sin(i * 0.05f);
  rec.push(std::span<const float>(pcm)).value();
  auto clip = rec.finish().value();
  CHECK(clip.samples == (pcm.size() * 48000 + 22050) / 44100);
  CHECK(clip.peak == Approx(0.3).margin(0.02));
  auto player = VoicePlayer::open(make_voice_source(file)).value();
  std::vector<float> out(48000 * 4);
  auto r = player.read(std::span<float>(out)).value();
  CHECK(r.frames == clip.samples);
  CHECK(r.state == PlayerState::ended);
  WARN(file.size() << " " << clip.loudness_lufs);
}
