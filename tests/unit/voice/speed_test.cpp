#include <catch2/catch.hpp>
#include <cmath>

#include "unit/voice/sounds.hpp"

namespace tern::voice::test {
namespace {

double crossings_a_second(std::span<const float> pcm) {
  std::size_t out = 0;
  for (std::size_t i = 1; i < pcm.size(); ++i) out += pcm[i - 1] < 0 && pcm[i] >= 0;
  return static_cast<double>(out) * 48'000 / static_cast<double>(pcm.size());
}

TEST_CASE("speed changes how long it takes, and not the pitch") {
  const double speed = GENERATE(0.5, 0.75, 1.25, 1.5, 2.0, 3.0);
  const auto file = record(tone(200, 48'000 * 10)).file;
  const Pcm heard = play(file, {.speed = speed});
  INFO(speed);
  CHECK(static_cast<double>(heard.size()) == Approx(480'000 / speed).epsilon(0.02));
  const auto middle = std::span<const float>(heard).subspan(heard.size() / 4, heard.size() / 2);
  CHECK(crossings_a_second(middle) == Approx(200).epsilon(0.02));
}

TEST_CASE("what is over full scale comes out clipped at any speed, and not with the other sign") {
  Pcm loud = tone(200, 48'000 * 2, 3.0F);
  const auto file = record(loud).file;
  const Pcm heard = play(file, {.speed = 1.5, .normalise = false});
  std::size_t jumps = 0;
  for (std::size_t i = 1; i < heard.size(); ++i) jumps += std::abs(heard[i] - heard[i - 1]) > 1.2F;
  CHECK(jumps == 0);
}

TEST_CASE("position runs with the speed, and ends at the duration") {
  const double speed = GENERATE(0.5, 1.5, 3.0);
  const auto [file, clip] = record(speech(48'000 * 20));
  auto player = VoicePlayer::open(make_voice_source(file), {.speed = speed}).value();
  Pcm piece(480);
  std::uint64_t before = 0, frames = 0;
  for (auto state = PlayerState::playing; state == PlayerState::playing;) {
    const auto read = player.read(std::span<float>(piece)).value();
    state = read.state;
    frames += read.frames;
    CHECK(player.position() >= before);
    before = player.position();
    if (state == PlayerState::ended) break;
    // Within 100 ms of where the frames given say.
    CHECK(static_cast<double>(before) ==
          Approx(static_cast<double>(frames) * speed).epsilon(0.02).margin(4'800));
  }
  CHECK(player.position() == clip.samples);
}

TEST_CASE("at speed 1 nothing is touched, also after another speed") {
  const auto [file, clip] = record(speech(48'000 * 6));
  const Pcm whole = play(file);
  auto player = VoicePlayer::open(make_voice_source(file)).value();
  Pcm piece(48'000), rest(48'000 * 6);
  player.read(std::span<float>(piece)).value();
  player.set_speed(2).value();
  CHECK(player.speed() == 2);
  player.read(std::span<float>(piece)).value();
  CHECK(static_cast<double>(player.position()) == Approx(48'000 * 3).margin(4'800));
  player.set_speed(1).value();
  player.seek(48'000 * 4).value();
  const auto read = player.read(std::span<float>(rest)).value();
  CHECK(read.frames == 48'000 * 2);
  CHECK(snr_db(std::span(whole).subspan(48'000 * 4), std::span(rest).first(read.frames)) > 20);
}

TEST_CASE("changing the speed in the middle loses nothing of the clip") {
  const auto file = record(tone(200, 48'000 * 9)).file;
  auto player = VoicePlayer::open(make_voice_source(file)).value();
  Pcm piece(4'800);
  double samples = 0;
  for (int i = 0;; ++i) {
    const double speed = i % 3 == 0 ? 1.0 : i % 3 == 1 ? 2.0 : 0.5;
    player.set_speed(speed).value();
    const auto read = player.read(std::span<float>(piece)).value();
    samples += static_cast<double>(read.frames) * speed;
    if (read.state == PlayerState::ended) break;
  }
  CHECK(samples == Approx(48'000 * 9).epsilon(0.1));
  CHECK(player.position() == 48'000 * 9);
}

}  // namespace
}  // namespace tern::voice::test
