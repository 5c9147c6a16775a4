// A minute of real speech through the recorder, and what others read in the file.
#include <opus/opusfile.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "support/temporary_folder.hpp"
#include "unit/voice/sounds.hpp"

namespace tern::voice::test {
namespace {

constexpr std::size_t minute = 48'000 * 60 + 123;

const Recorded& minute_of_speech() {
  static const Recorded once = [] {
    if (!speech_is_real()) WARN("espeak-ng is not here: the speech is a synthetic stand-in");
    return record(speech(minute));
  }();
  return once;
}

std::string output_of(const std::string& command, int& status) {
  std::string out;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  char piece[512];
  while (std::fgets(piece, sizeof piece, pipe) != nullptr) out += piece;
  status = ::pclose(pipe);
  return out;
}

bool is_here(const std::string& program) {
  return std::system(("command -v " + program + " >/dev/null").c_str()) == 0;
}

std::string save(const tern::test::TemporaryFolder& folder, const Bytes& file) {
  const auto path = (folder.path / "clip.opus").string();
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
  return path;
}

Pcm decoded_by_opusfile(const Bytes& file) {
  int error = 0;
  OggOpusFile* of = op_open_memory(file.data(), file.size(), &error);
  REQUIRE(of);
  CHECK(op_channel_count(of, -1) == 1);
  CHECK(op_link_count(of) == 1);
  Pcm out, piece(5'760);
  for (;;) {
    const int some = op_read_float(of, piece.data(), static_cast<int>(piece.size()), nullptr);
    REQUIRE(some >= 0);
    if (some == 0) break;
    out.insert(out.end(), piece.begin(), piece.begin() + some);
  }
  op_free(of);
  return out;
}

float largest_difference(const Pcm& a, const Pcm& b) {
  float out = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    out = std::max(out, std::abs(std::clamp(a[i], -1.0F, 1.0F) - std::clamp(b[i], -1.0F, 1.0F)));
  return out;
}

TEST_CASE("a minute of speech comes back exact to the sample, in place, and sounds like itself") {
  const auto& [file, clip] = minute_of_speech();
  CHECK(clip.samples == minute);
  Pcm heard = play(file, as_decoded());
  REQUIRE(heard.size() == minute);
  CHECK(file.size() < 210'000);
  // VOIP's high-pass filter turns the phase of what is low; what is high stays in its place.
  const auto steep = [](Pcm pcm) {
    for (int times = 0; times < 3; ++times)
      for (std::size_t i = pcm.size() - 1; i > 0; --i) pcm[i] -= pcm[i - 1];
    return pcm;
  };
  const Pcm said = steep(speech(minute));
  heard = steep(heard);
  const auto match = [&](std::size_t shift) {
    double out = 0;
    for (std::size_t i = 1'000; i + 1'000 < minute; ++i)
      out += static_cast<double>(said[i]) * static_cast<double>(heard[i - 100 + shift]);
    return out;
  };
  const double in_place = match(100);
  for (const std::size_t shift :
       {90UL, 95UL, 97UL, 98UL, 99UL, 101UL, 102UL, 103UL, 105UL, 110UL}) {
    INFO(shift);
    CHECK(match(shift) < in_place);
  }
  CHECK(in_place > 0.5 * std::sqrt(energy(said) * energy(heard)));
}

TEST_CASE("the waveform of a minute of speech is that of its peaks") {
  const auto& clip = minute_of_speech().clip;
  const Pcm said = speech(minute);
  const auto peak = [&](std::size_t from, std::size_t to) {
    float out = 0;
    for (std::size_t i = from; i < std::min(to, minute); ++i)
      out = std::max(out, std::abs(said[i]));
    return std::lround(out * 255);
  };
  constexpr std::size_t edge = minute / 2'048;
  for (std::size_t part = 0; part < waveform_peaks; ++part) {
    const std::size_t from = part * minute / 64, to = (part + 1) * minute / 64;
    INFO(part);
    CHECK(clip.waveform[part] >= peak(from, to));
    CHECK(clip.waveform[part] <= peak(from - std::min(from, edge), to + edge));
  }
  const auto measured = measure_voice(*make_voice_source(minute_of_speech().file)).value();
  CHECK(measured.loudness_lufs == Approx(clip.loudness_lufs).margin(0.5));
  CHECK(measured.peak == Approx(clip.peak).margin(0.15));
}

TEST_CASE("opusinfo finds nothing to warn of") {
  if (!is_here("opusinfo")) {
    WARN("opusinfo is not here: nobody but us looked at the file's structure");
    return;
  }
  tern::test::TemporaryFolder folder;
  int status = 0;
  const std::string said = output_of("opusinfo " + save(folder, minute_of_speech().file), status);
  INFO(said);
  CHECK(status == 0);
  CHECK(said.find("WARNING") == std::string::npos);
  CHECK(said.find("rror") == std::string::npos);
  CHECK(said.find("Pre-skip: 312") != std::string::npos);
  CHECK(said.find("Playback length: 1m:00.002s") != std::string::npos);
  CHECK(said.find("Page duration:    500.0ms (max)") != std::string::npos);
}

TEST_CASE("opusfile decodes the same samples") {
  const auto& file = minute_of_speech().file;
  const Pcm ours = play(file, as_decoded()), theirs = decoded_by_opusfile(file);
  REQUIRE(ours.size() == theirs.size());
  CHECK(largest_difference(ours, theirs) < 1e-6F);
}

TEST_CASE("ffmpeg decodes as many samples, and the same sound") {
  if (!is_here("ffmpeg")) {
    WARN("ffmpeg is not here: only opusfile decoded the file");
    return;
  }
  tern::test::TemporaryFolder folder;
  const auto path = save(folder, minute_of_speech().file);
  int status = 0;
  const auto said = output_of("ffmpeg -v warning -c:a libopus -i " + path +
                                  " -f f32le -ac 1 -ar 48000 " + path + ".raw </dev/null",
                              status);
  INFO(said);
  REQUIRE(status == 0);
  CHECK(said.empty());
  std::ifstream raw(path + ".raw", std::ios::binary);
  std::stringstream bytes;
  bytes << raw.rdbuf();
  Pcm theirs(bytes.str().size() / 4);
  std::memcpy(theirs.data(), bytes.str().data(), theirs.size() * 4);
  const Pcm ours = play(minute_of_speech().file, as_decoded());
  REQUIRE(theirs.size() == ours.size());
  CHECK(largest_difference(ours, theirs) < 1e-3F);
}

}  // namespace
}  // namespace tern::voice::test
