#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "unit/voice/ogg_builder.hpp"
#include "unit/voice/sounds.hpp"

namespace tern::voice::test {
namespace {

TEST_CASE("read() gives the same samples whatever it is asked for at once") {
  const auto [file, clip] = record(speech(48'000 * 3 + 77));
  PlayerSettings settings;
  settings.clip = clip;
  const Pcm whole = play(file, settings, 1'000'000);
  CHECK(whole.size() == clip.samples);
  for (const std::size_t piece : {1UL, 7UL, 960UL, 5'761UL})
    CHECK(play(file, settings, piece) == whole);
}

TEST_CASE("samples come at any rate, exactly as many as the duration makes") {
  const auto [file, clip] = record(tone(1'500, 48'000 * 4 + 11));
  const double as_is =
      lateness(1'500, std::span<const float>(play(file, as_decoded())).subspan(96'000, 48'000));
  for (const std::uint32_t rate : {8'000U, 22'050U, 44'100U, 96'000U, 192'000U}) {
    PlayerSettings settings = as_decoded();
    settings.sample_rate = rate;
    const Pcm heard = play(file, settings);
    INFO(rate);
    CHECK(heard.size() == (clip.samples * rate + 24'000) / 48'000);
    const double late = lateness(1'500, std::span(heard).subspan(rate * 2, rate), rate);
    CHECK(std::abs(late * 48'000 / rate - as_is) < 0.1);
  }
}

TEST_CASE("16-bit samples are the same sound") {
  const auto file = record(speech(48'000)).file;
  const Pcm floats = play(file);
  auto player = VoicePlayer::open(make_voice_source(file)).value();
  std::vector<std::int16_t> shorts(50'000);
  const auto read = player.read(std::span<std::int16_t>(shorts)).value();
  CHECK(read.state == PlayerState::ended);
  REQUIRE(read.frames == floats.size());
  for (std::size_t i = 0; i < floats.size(); ++i)
    if (shorts[i] != std::lround(floats[i] * 32767)) FAIL(i);
}

TEST_CASE("a player needs a source, a rate of 8 to 192 kHz and a speed of 0.5 to 3") {
  const auto source = make_voice_source(record(tone(300, 960)).file);
  const auto opened = [&](std::uint32_t rate, double speed) {
    return VoicePlayer::open(source, {.sample_rate = rate, .speed = speed}).has_value();
  };
  CHECK(opened(8'000, 0.5));
  CHECK(opened(192'000, 3));
  CHECK_FALSE(opened(7'999, 1));
  CHECK_FALSE(opened(192'001, 1));
  CHECK_FALSE(opened(48'000, 0.49));
  CHECK_FALSE(opened(48'000, 3.01));
  CHECK_FALSE(opened(48'000, std::nan("")));
  CHECK(VoicePlayer::open(nullptr).error() == Errc::invalid_argument);
  auto player = VoicePlayer::open(source).value();
  CHECK(player.set_speed(4).error() == Errc::invalid_argument);
  CHECK(player.speed() == 1);
}

TEST_CASE("a file that is still arriving plays as far as it is here") {
  const auto [file, clip] = record(speech(48'000 * 4));
  const Pcm whole = play(file);
  auto source = std::make_shared<ArrivingSource>(file);
  auto player = VoicePlayer::open(source).value();
  CHECK_FALSE(player.duration());
  Pcm heard, piece(3'000);
  std::size_t waits = 0;
  for (PlayerState state = PlayerState::playing; state != PlayerState::ended;) {
    const auto read = player.read(std::span<float>(piece)).value();
    heard.insert(heard.end(), piece.begin(),
                 piece.begin() + static_cast<std::ptrdiff_t>(read.frames));
    CHECK(player.position() == heard.size());
    state = read.state;
    if (state != PlayerState::waiting) continue;
    CHECK(read.frames < piece.size());
    source->arrive(100);
    ++waits;
  }
  CHECK(waits > 50);
  CHECK(heard == whole);
  CHECK(player.duration() == clip.samples);
}

TEST_CASE("with what came with the message the duration is known before the file is here") {
  const auto [file, clip] = record(speech(48'000));
  auto player = VoicePlayer::open(std::make_shared<ArrivingSource>(file), {.clip = clip}).value();
  CHECK(player.duration() == clip.samples);
  CHECK(player.read(std::span<float>()).value().frames == 0);
  Pcm piece(10);
  CHECK(player.read(std::span<float>(piece)).value().state == PlayerState::waiting);
}

TEST_CASE("after an error of its source a player goes on where it is") {
  const auto file = record(speech(48'000 * 2)).file;
  const Pcm whole = play(file);
  auto source = std::make_shared<ArrivingSource>(file);
  auto player = VoicePlayer::open(source).value();
  source->arrive(source->size());
  Pcm heard, piece(1'000);
  for (int i = 0;; ++i) {
    source->broken = i % 3 != 0;
    const auto read = player.read(std::span<float>(piece));
    if (!read) {
      CHECK(read.error() == Errc::file_io);
      continue;
    }
    heard.insert(heard.end(), piece.begin(),
                 piece.begin() + static_cast<std::ptrdiff_t>(read->frames));
    if (read->state == PlayerState::ended) break;
  }
  CHECK(heard == whole);
}

TEST_CASE("the output gain of a file is obeyed") {
  const Bytes loud = record(tone(300, 48'000, 0.1F)).file;
  // The head's gain is in 1/256 dB.
  Bytes quiet = loud;
  const auto gain = static_cast<std::uint16_t>(std::int16_t{-6 * 256});
  quiet[28 + 16] = static_cast<std::uint8_t>(gain & 0xff);
  quiet[28 + 17] = static_cast<std::uint8_t>(gain >> 8);
  Bytes head(quiet.begin(), quiet.begin() + 47);
  fix_checksum(head);
  std::copy(head.begin(), head.end(), quiet.begin());
  const double ratio = energy(play(quiet, as_decoded())) / energy(play(loud, as_decoded()));
  CHECK(10 * std::log10(ratio) == Approx(-6).margin(0.05));
  CHECK(measure_voice(*make_voice_source(quiet))->peak == Approx(0.05).margin(0.01));
}

TEST_CASE("a stereo file is played as one channel") {
  const Bytes stereo =
      built_headers(opus_head(2)) + build({.flags = 4,
                                           .granule = 9'600,
                                           .number = 2,
                                           .packets = std::vector<Bytes>(10, silent_packet(true))});
  CHECK(play(stereo).size() == 9'600 - 312);
}

TEST_CASE("a stream that begins in the middle of another's time plays from its beginning") {
  const std::int64_t base = 48'000 * 1'000;
  const Bytes file = built_headers() +
                     build({.granule = base + 9'600,
                            .number = 2,
                            .packets = std::vector<Bytes>(10, silent_packet())}) +
                     build({.flags = 4,
                            .granule = base + 19'100,
                            .number = 3,
                            .packets = std::vector<Bytes>(10, silent_packet())});
  auto player = VoicePlayer::open(make_voice_source(file)).value();
  CHECK(player.duration() == 19'100U - 312);
  CHECK(play(file).size() == 19'100 - 312);
  player.seek(15'000).value();
  Pcm rest(48'000);
  CHECK(player.read(std::span<float>(rest)).value().frames == 19'100 - 312 - 15'000);
}

TEST_CASE("a clip that says less than the file has cuts nothing off it") {
  const auto [file, clip] = record(speech(48'000 * 5));
  auto source = std::make_shared<ArrivingSource>(file);
  source->arrive(file.size() / 2);
  auto settings = as_decoded();
  settings.clip = clip;
  settings.clip->samples = 100;
  auto player = VoicePlayer::open(source, settings).value();
  Pcm piece(48'000);
  CHECK(player.read(std::span<float>(piece)).value().frames == piece.size());
  CHECK(player.position() == 48'000);
  player.seek(96'000).value();
  CHECK(player.position() == 96'000);
}

}  // namespace
}  // namespace tern::voice::test
