#include <opus/opus.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "unit/voice/ogg_builder.hpp"
#include "unit/voice/sounds.hpp"

namespace tern::voice::test {
namespace {

using Reference = std::unique_ptr<OpusEncoder, decltype(&opus_encoder_destroy)>;

/// What libopus makes of it with the settings that the design names, and this application.
std::vector<Bytes> encoded_by_libopus(const Pcm& pcm, int application) {
  int error = 0;
  Reference encoder(opus_encoder_create(48'000, 1, application, &error), opus_encoder_destroy);
  opus_encoder_ctl(encoder.get(), OPUS_SET_BITRATE(24'000));
  opus_encoder_ctl(encoder.get(), OPUS_SET_COMPLEXITY(10));
  opus_encoder_ctl(encoder.get(), OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
  std::vector<Bytes> out;
  for (std::size_t at = 0; at + 960 <= pcm.size(); at += 960) {
    Bytes packet(1275);
    packet.resize(static_cast<std::size_t>(
        opus_encode_float(encoder.get(), &pcm[at], 960, packet.data(), 1275)));
    out.push_back(packet);
  }
  return out;
}

TEST_CASE("what is recorded at any rate lasts exactly as long as it was") {
  const std::uint32_t rate =
      GENERATE(8'000U, 11'025U, 16'000U, 22'050U, 32'000U, 44'100U, 48'000U, 88'200U, 96'000U);
  for (const std::size_t samples : {1UL, 7UL, 313UL, 960UL, 47'999UL, 48'001UL, 99'991UL}) {
    INFO(rate << " Hz, " << samples);
    const auto [file, clip] = record(tone(300, samples, 0.25F, rate), {.sample_rate = rate});
    const std::uint64_t expected = (samples * 48'000ULL + rate / 2) / rate;
    CHECK(clip.samples == expected);
    CHECK(play(file).size() == expected);
    CHECK(measure_voice(*make_voice_source(file))->samples == expected);
  }
}

TEST_CASE("a rate of its own does not move what is recorded with it") {
  const auto late = [](std::uint32_t rate) {
    const Pcm said = tone(1'500, rate * 2, 0.25F, rate);
    const Pcm heard = play(record(said, {.sample_rate = rate}).file, as_decoded());
    // From a whole number of its periods on.
    return lateness(1'500, std::span(heard).subspan(24'000, 48'000));
  };
  const std::uint32_t rate = GENERATE(8'000U, 16'000U, 44'100U, 96'000U);
  INFO(rate);
  // Opus itself moves a tone; no resampler was at work at 48 kHz.
  CHECK(std::abs(late(rate) - late(48'000)) < 0.1);
}

TEST_CASE("two channels are mixed to one, and a frame may come in two pieces") {
  const Pcm left = tone(300, 48'000), right = tone(700, 48'000);
  Pcm both;
  for (std::size_t i = 0; i < left.size(); ++i) {
    both.push_back(left[i]);
    both.push_back(right[i]);
  }
  Pcm mixed;
  for (std::size_t i = 0; i < left.size(); ++i) mixed.push_back((left[i] + right[i]) / 2);
  Bytes stereo;
  auto recorder = VoiceRecorder::start({.channels = 2}, make_voice_buffer(stereo)).value();
  recorder.push(std::span<const float>(both).first(12'345)).value();
  recorder.push(std::span<const float>(both).subspan(12'345)).value();
  recorder.finish().value();
  CHECK(stereo == record(mixed).file);
}

TEST_CASE("16-bit samples are recorded as the same sound") {
  const Pcm pcm = scaled(speech(96'000), 0.9F);
  std::vector<std::int16_t> shorts;
  Pcm rounded;
  for (const float sample : pcm) {
    shorts.push_back(static_cast<std::int16_t>(std::lround(sample * 32767)));
    rounded.push_back(static_cast<float>(shorts.back()) / 32768);
  }
  Bytes file;
  auto recorder = VoiceRecorder::start({}, make_voice_buffer(file)).value();
  recorder.push(std::span<const std::int16_t>(shorts)).value();
  recorder.finish().value();
  CHECK(file == record(rounded).file);
}

TEST_CASE("samples that are no numbers are silence, and those beyond full scale are cut there") {
  Pcm dirty = tone(300, 48'000), clean = dirty;
  const float wrong[] = {std::numeric_limits<float>::quiet_NaN(),
                         std::numeric_limits<float>::infinity(),
                         -std::numeric_limits<float>::infinity()};
  for (std::size_t i = 100; i < dirty.size(); i += 997) {
    dirty[i] = wrong[i % 3];
    clean[i] = 0;
  }
  dirty[50] = 17;
  clean[50] = 1;
  dirty[51] = -3e38F;
  clean[51] = -1;
  CHECK(record(dirty).file == record(clean).file);
  CHECK(record(dirty).clip == record(clean).clip);
}

TEST_CASE("a recording needs a rate of 8 to 96 kHz, one or two channels, and a sink") {
  Bytes file;
  for (const std::uint32_t rate : {0U, 7'999U, 96'001U})
    CHECK(VoiceRecorder::start({.sample_rate = rate}, make_voice_buffer(file)).error() ==
          Errc::invalid_argument);
  for (const std::uint32_t channels : {0U, 3U})
    CHECK(VoiceRecorder::start({.channels = channels}, make_voice_buffer(file)).error() ==
          Errc::invalid_argument);
  CHECK(VoiceRecorder::start({}, nullptr).error() == Errc::invalid_argument);
  CHECK(VoiceRecorder::start({.sample_rate = 8'000}, make_voice_buffer(file)).has_value());
  CHECK(VoiceRecorder::start({.sample_rate = 96'000}, make_voice_buffer(file)).has_value());
}

TEST_CASE("packets are those of libopus with its application VOIP, at once and in order") {
  const Pcm pcm = speech(960 * 100);
  std::vector<Bytes> packets;
  Bytes file;
  auto recorder =
      VoiceRecorder::start({.on_packet = [&](ByteSpan p) { packets.push_back(to_bytes(p)); }},
                           make_voice_buffer(file))
          .value();
  recorder.push(std::span<const float>(pcm).first(960)).value();
  CHECK(packets.size() == 1);
  recorder.push(std::span<const float>(pcm).subspan(960)).value();
  CHECK(packets == encoded_by_libopus(pcm, OPUS_APPLICATION_VOIP));
  CHECK(packets != encoded_by_libopus(pcm, OPUS_APPLICATION_AUDIO));
  recorder.finish().value();
  std::vector<Bytes> in_file;
  visit_voice_packets(*make_voice_source(file), [&](ByteSpan p) {
    in_file.push_back(to_bytes(p));
  }).value();
  CHECK(in_file == packets);
}

TEST_CASE("constant bitrate makes packets of one length, and saver makes fewer bytes") {
  const Pcm pcm = speech(48'000 * 20);
  std::vector<std::size_t> sizes;
  record(pcm,
         {.constant_bitrate = true, .on_packet = [&](ByteSpan p) { sizes.push_back(p.size()); }});
  CHECK(std::count(sizes.begin(), sizes.end(), 60U) == static_cast<long>(sizes.size()));
  const double standard = static_cast<double>(record(pcm).file.size()) * 8 / 20;
  const double saver =
      static_cast<double>(record(pcm, {.quality = VoiceQuality::saver}).file.size()) * 8 / 20;
  CHECK(standard == Approx(24'800).epsilon(0.15));
  CHECK(saver == Approx(16'800).epsilon(0.15));
}

TEST_CASE("what was said half a second ago is with the sink") {
  SinkLog log;
  auto recorder = VoiceRecorder::start({}, logged(log)).value();
  const Pcm pcm = speech(48'000 * 3);
  for (std::size_t at = 0; at < pcm.size(); at += 480) {
    recorder.push(std::span<const float>(pcm).subspan(at, 480)).value();
    // Two header pages, then one for each 24,000 samples.
    CHECK(page_offsets(log.file).size() - 1 == 2 + (at + 480) / 24'000);
  }
  CHECK(log.settled == log.written);
}

TEST_CASE("the headers hold no comment and no padding") {
  const auto file = record(tone(300, 4'800)).file;
  const auto pages = page_offsets(file);
  CHECK(pages[1] == 27 + 1 + 19);
  CHECK(pages[2] - pages[1] == 27 + 1 + 8 + 4 + 4 + 4);
  const Bytes tags(file.begin() + static_cast<std::ptrdiff_t>(pages[1]) + 28,
                   file.begin() + static_cast<std::ptrdiff_t>(pages[2]));
  CHECK(as_text(tags) == std::string("OpusTags\4\0\0\0tern\0\0\0\0", 20));
}

TEST_CASE("pausing hands everything to the sink and ignores what comes until it is over") {
  SinkLog log;
  auto recorder = VoiceRecorder::start({}, logged(log)).value();
  const Pcm pcm = speech(48'000);
  push(recorder, std::span(pcm).first(9'600));
  recorder.pause().value();
  CHECK(recorder.paused());
  CHECK(page_offsets(log.file).size() - 1 == 3);
  push(recorder, pcm);
  CHECK(recorder.samples() == 9'600);
  recorder.unpause();
  CHECK_FALSE(recorder.paused());
  push(recorder, std::span(pcm).subspan(9'600));
  CHECK(recorder.finish()->samples == 48'000);
  CHECK(snr_db(play(record(pcm).file), play(log.file)) > 60);
}

TEST_CASE("the meter reads the last 50 ms") {
  Bytes file;
  auto recorder = VoiceRecorder::start({}, make_voice_buffer(file)).value();
  CHECK(recorder.level().peak_dbfs == -96);
  CHECK(recorder.level().rms_dbfs == -96);
  push(recorder, tone(1'000, 4'800, 0.5F));
  CHECK(recorder.level().peak_dbfs == Approx(-6.02).margin(0.1));
  CHECK(recorder.level().rms_dbfs == Approx(-9.03).margin(0.5));
  push(recorder, Pcm(2'400));
  CHECK(recorder.level().peak_dbfs == -96);
  push(recorder, Pcm(240, 1.0F));
  CHECK(recorder.level().peak_dbfs == 0);
}

TEST_CASE("pages that a sink refuses come again, and nothing that was said is missing") {
  const Pcm pcm = speech(48'000 * 6);
  SinkLog log;
  auto recorder = VoiceRecorder::start({}, logged(log)).value();
  for (std::size_t at = 0; at < pcm.size(); at += 4'800) {
    log.refuse = at > 48'000 && at < 48'000 * 4;
    const auto pushed = recorder.push(std::span<const float>(pcm).subspan(at, 4'800));
    CHECK((pushed || (log.refuse && pushed.error() == Errc::storage_full)));
  }
  log.refuse = true;
  CHECK(recorder.finish().error() == Errc::storage_full);
  log.refuse = false;
  const auto clip = recorder.finish();
  REQUIRE(clip);
  CHECK(clip->samples == pcm.size());
  CHECK(log.file == record(pcm).file);
  CHECK(recorder.finish().error() == Errc::closed);
}

TEST_CASE("a sink that refuses for good does not let the recorder grow without end") {
  SinkLog log;
  log.refuse = true;
  auto recorder = VoiceRecorder::start({}, logged(log)).value();
  const Pcm second = speech(48'000);
  std::uint64_t before = 0;
  int seconds = 0;
  for (; seconds < 120; ++seconds) {
    CHECK(recorder.push(std::span<const float>(second)).error() == Errc::storage_full);
    if (recorder.samples() == before) break;
    before = recorder.samples();
  }
  CHECK(seconds > 30);
  CHECK(seconds < 120);
  log.refuse = false;
  CHECK(recorder.finish()->samples == before);
  CHECK(measure_voice(*make_voice_source(log.file))->samples == before);
}

TEST_CASE("a recording of nothing is none, and one that is discarded is gone") {
  SinkLog log;
  auto recorder = VoiceRecorder::start({}, logged(log)).value();
  CHECK(recorder.finish().error() == Errc::voice_empty);
  CHECK_FALSE(log.finished);
  recorder.push(std::span<const float>(tone(300, 960))).value();
  recorder.discard().value();
  CHECK(log.discarded);
  CHECK(recorder.push(std::span<const float>(tone(300, 960))).error() == Errc::closed);
  CHECK(recorder.finish().error() == Errc::closed);
}

}  // namespace
}  // namespace tern::voice::test
