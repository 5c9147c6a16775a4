#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "unit/voice/ogg_builder.hpp"
#include "unit/voice/sounds.hpp"

namespace tern::voice::test {
namespace {

/// The pages of a recording that nobody ended, by a process that is gone.
Bytes draft_of(std::span<const float> pcm, const VoiceSettings& settings = {}) {
  SinkLog log;
  auto recorder = VoiceRecorder::start(settings, logged(log)).value();
  push(recorder, pcm);
  return log.file;  // as it is before the recorder's destructor runs
}

/// Goes on behind what is left of the draft.
struct Resumed {
  Bytes file;
  VoiceClip clip;
  std::uint64_t whole = 0, samples_kept = 0;
};
Resumed resume(const Bytes& draft, std::span<const float> rest) {
  SinkLog log;
  Resumed out;
  auto recorder = VoiceRecorder::resume({}, logged(log), draft, &out.whole).value();
  log.file.assign(draft.begin(), draft.begin() + static_cast<std::ptrdiff_t>(out.whole));
  out.samples_kept = recorder.samples();
  push(recorder, rest);
  out.clip = recorder.finish().value();
  out.file = log.file;
  return out;
}

TEST_CASE("a recording that was cut off at any byte goes on") {
  const Pcm pcm = speech(48'000);
  const Bytes draft = draft_of(pcm, {.quality = VoiceQuality::saver});
  const auto pages = page_offsets(draft);
  for (std::size_t cut = 0; cut <= draft.size(); ++cut) {
    std::uint64_t whole = 0;
    SinkLog log;
    auto recorder =
        VoiceRecorder::resume({}, logged(log), ByteSpan(draft).first(cut), &whole).value();
    const auto kept = std::upper_bound(pages.begin(), pages.end(), cut) - pages.begin() - 1;
    // Without both headers it begins anew.
    if (whole != (kept < 2 ? 0 : pages[static_cast<std::size_t>(kept)])) FAIL(cut);
    if (recorder.samples() != (kept < 3 ? 0 : static_cast<std::uint64_t>(kept - 2) * 24'000 - 312))
      FAIL(cut);
  }
}

TEST_CASE("what is resumed plays exactly as long as what is in it") {
  const Pcm pcm = speech(48'000 * 3), more = speech(30'011);
  const Bytes draft = draft_of(pcm);
  for (const std::size_t cut :
       {0UL, 40UL, 100UL, draft.size() / 3, draft.size() - 1, draft.size()}) {
    const auto [file, clip, whole, kept] =
        resume(Bytes(draft.begin(), draft.begin() + static_cast<std::ptrdiff_t>(cut)), more);
    INFO(cut);
    CHECK(clip.samples == kept + more.size());
    CHECK(play(file).size() == clip.samples);
    const auto measured = measure_voice(*make_voice_source(file)).value();
    CHECK(measured.samples == clip.samples);
    CHECK(measured.loudness_lufs == Approx(clip.loudness_lufs).margin(0.5));
  }
}

TEST_CASE("nothing more to say after a resume: the draft can be finished as it is") {
  const Bytes draft = draft_of(speech(48'000));
  const auto resumed = resume(draft, {});
  CHECK(resumed.clip.samples == 48'000 - 312);
  CHECK(play(resumed.file).size() == 48'000 - 312);
}

TEST_CASE("at the seam of a resumed recording there is no gap and no click") {
  for (const Pcm& pcm : {tone(220, 48'000 * 4), speech(48'000 * 4)}) {
    const auto draft = draft_of(std::span(pcm).first(48'000 * 2 + 5'000));
    const std::size_t seam = 48'000 * 2 - 312;
    // Whoever speaks goes on where they were: nothing is said twice, nothing is missing.
    const auto resumed = resume(draft, std::span(pcm).subspan(seam));
    REQUIRE(resumed.samples_kept == seam);
    REQUIRE(resumed.clip.samples == pcm.size());
    const Pcm whole = play(record(pcm).file, as_decoded());
    const Pcm patched = play(resumed.file, as_decoded());
    // Before the seam it is the same recording.
    CHECK(std::equal(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(seam),
                     patched.begin()));
    const auto around = [&](const Pcm& of, std::size_t from, std::size_t samples) {
      return std::span<const float>(of).subspan(seam + from, samples);
    };
    // The first 20 ms behind it match what was said as well as they do without a seam.
    for (const std::size_t from : {0UL, 480UL, 960UL, 1'920UL}) {
      const double clean = snr_db(around(pcm, from, 960), around(whole, from, 960));
      const double seamed = snr_db(around(pcm, from, 960), around(patched, from, 960));
      INFO(from << ": " << clean << " dB without, " << seamed << " dB with a seam");
      CHECK(seamed > std::min(clean - 3, 12.0));
    }
    // A click is a step that the sound has nowhere else.
    const auto steepest = [](std::span<const float> of) {
      float out = 0;
      for (std::size_t i = 1; i < of.size(); ++i) out = std::max(out, std::abs(of[i] - of[i - 1]));
      return out;
    };
    CHECK(steepest(around(patched, 0, 2'880)) < 1.3F * steepest(whole));
  }
}

TEST_CASE("after a resume the packets of both halves have been seen, and the file is one stream") {
  const Pcm pcm = speech(48'000 * 3);
  const Bytes draft = draft_of(pcm);
  std::vector<Bytes> seen, in_file;
  SinkLog log;
  VoiceSettings settings;
  settings.on_packet = [&](ByteSpan packet) { seen.push_back(to_bytes(packet)); };
  std::uint64_t whole = 0;
  auto recorder = VoiceRecorder::resume(settings, logged(log), draft, &whole).value();
  CHECK(seen.size() == 150);
  log.file = draft;
  push(recorder, pcm);
  recorder.finish().value();
  visit_voice_packets(*make_voice_source(log.file), [&](ByteSpan packet) {
    in_file.push_back(to_bytes(packet));
  }).value();
  CHECK(seen == in_file);
}

TEST_CASE("a recorder that goes away leaves whole packets behind") {
  SinkLog log;
  {
    auto recorder = VoiceRecorder::start({}, logged(log)).value();
    push(recorder, speech(48'000 + 9'700));
  }
  CHECK_FALSE(log.finished);
  SinkLog next;
  auto resumed = VoiceRecorder::resume({}, logged(next), log.file).value();
  CHECK(resumed.samples() == 48'000 + 9'600 - 312);
}

TEST_CASE("what is no draft is not resumed") {
  SinkLog log;
  const auto resumed = [&](const Bytes& draft) {
    return VoiceRecorder::resume({}, logged(log), draft).error().errc();
  };
  const Bytes finished = record(speech(48'000)).file;
  CHECK(resumed(finished) == Errc::invalid_argument);
  CHECK(resumed(Bytes(1'000, 'x')) == Errc::ogg_malformed);
  CHECK(resumed(built_headers(opus_head(2))) == Errc::opus_header_invalid);
  CHECK(resumed(built_headers(opus_head(1, 3'840))) == Errc::opus_header_invalid);
  CHECK(resumed(built_headers() +
                build({.granule = 5'000, .number = 2, .packets = {silent_packet()}})) ==
        Errc::opus_header_invalid);
}

TEST_CASE("a draft with the number of another stream is no recorder's") {
  const Bytes draft = draft_of(speech(48'000 * 3));
  SinkLog log;
  const auto pages = page_offsets(draft);
  Bytes other = draft;
  for (std::size_t i = 0; i + 1 < pages.size(); ++i) {
    Bytes page(other.begin() + static_cast<std::ptrdiff_t>(pages[i]),
               other.begin() + static_cast<std::ptrdiff_t>(pages[i + 1]));
    page[14] ^= 1;
    fix_checksum(page);
    std::copy(page.begin(), page.end(), other.begin() + static_cast<std::ptrdiff_t>(pages[i]));
  }
  CHECK(VoiceRecorder::resume({}, logged(log), other).error() == Errc::opus_header_invalid);
  CHECK(log.file.empty());
}

TEST_CASE("a page of a draft whose bytes are not what was written is left out, and what follows") {
  const Pcm pcm = speech(48'000 * 2);
  Bytes draft = draft_of(pcm);
  const auto pages = page_offsets(draft);
  std::fill(draft.begin() + static_cast<std::ptrdiff_t>(pages[4]) + 100, draft.end(), 0);
  std::uint64_t whole = 0;
  SinkLog log;
  VoiceRecorder::resume({}, logged(log), draft, &whole).value();
  CHECK(whole == pages[4]);
}

}  // namespace
}  // namespace tern::voice::test
