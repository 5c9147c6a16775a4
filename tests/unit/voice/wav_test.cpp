#include "voice/wav.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "tern/limits.hpp"
#include "unit/voice/ogg_builder.hpp"
#include "unit/voice/sounds.hpp"

namespace tern::voice::test {
namespace {

void put(Bytes& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(value >> 8 * i));
}
Bytes chunk(const char* name, const Bytes& body) {
  Bytes out(name, name + 4);
  put(out, body.size(), 4);
  out = out + body;
  if (body.size() % 2 == 1) out.push_back(0);
  return out;
}

struct Format {
  std::uint16_t tag = 1, channels = 1;
  std::uint32_t rate = 16'000;
  std::uint16_t bits = 16;
  bool extensible = false;
};
Bytes format_chunk(const Format& of) {
  Bytes out;
  put(out, of.extensible ? 0xfffe : of.tag, 2);
  put(out, of.channels, 2);
  put(out, of.rate, 4);
  put(out, of.rate * of.channels * of.bits / 8, 4);
  put(out, of.channels * of.bits / 8U, 2);
  put(out, of.bits, 2);
  if (of.extensible) {
    put(out, 22, 2);
    put(out, of.bits, 2);
    put(out, 0, 4);
    put(out, of.tag, 2);
    out = out + Bytes{0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71};
  }
  return chunk("fmt ", out);
}
Bytes riff(const Bytes& chunks) {
  Bytes body = Bytes{'W', 'A', 'V', 'E'} + chunks;
  return chunk("RIFF", body);
}

Bytes samples(const Pcm& pcm, const Format& of) {
  Bytes out;
  for (const float sample : pcm) {
    if (of.tag == 3 && of.bits == 32) {
      std::uint32_t bits = 0;
      std::memcpy(&bits, &sample, 4);
      put(out, bits, 4);
    } else if (of.tag == 3) {
      const double wide = static_cast<double>(sample);
      std::uint64_t bits = 0;
      std::memcpy(&bits, &wide, 8);
      put(out, bits, 8);
    } else {
      const double scale = std::pow(2.0, of.bits - 1) - 1;
      const auto value = std::llround(static_cast<double>(sample) * scale);
      put(out, static_cast<std::uint64_t>(of.bits == 8 ? value + 128 : value), of.bits / 8U);
    }
  }
  return out;
}
Bytes wav(const Pcm& pcm, const Format& of) {
  return riff(format_chunk(of) + chunk("data", samples(pcm, of)));
}

Result<VoiceClip> import(const Bytes& file) {
  SinkLog log;
  auto out = import_voice(file, {}, logged(log));
  if (!out) CHECK(log.file.empty());
  return out;
}

TEST_CASE("every kind of WAV file holds the sound that was put into it") {
  const Pcm pcm = tone(300, 1'000, 0.4F, 16'000);
  for (const bool extensible : {false, true})
    for (const auto& [tag, bits, margin] : {std::tuple{1, 8, 0.01},
                                            {1, 16, 1e-4},
                                            {1, 24, 1e-6},
                                            {1, 32, 1e-6},
                                            {3, 32, 1e-9},
                                            {3, 64, 1e-9}}) {
      const Format of{.tag = static_cast<std::uint16_t>(tag),
                      .bits = static_cast<std::uint16_t>(bits),
                      .extensible = extensible};
      const Bytes file = wav(pcm, of);
      const auto parsed = parse_wav(file).value();
      INFO(tag << ", " << bits << " bits");
      REQUIRE(parsed.samples() == pcm.size());
      Pcm out(pcm.size());
      parsed.decode(0, out);
      for (std::size_t i = 0; i < pcm.size(); ++i)
        if (!(std::abs(static_cast<double>(out[i] - pcm[i])) <= margin))
          FAIL(out[i] << " " << pcm[i]);
    }
}

TEST_CASE("an imported WAV file is what a recorder makes of its samples") {
  const Format of{.tag = 3, .channels = 2, .rate = 44'100, .bits = 32};
  const Pcm pcm = noise(44'100, 0.3F);
  Bytes file;
  const auto clip = import_voice(wav(pcm, of), {}, make_voice_buffer(file)).value();
  const auto recorded = record(pcm, {.sample_rate = 44'100, .channels = 2});
  CHECK(file == recorded.file);
  CHECK(clip == recorded.clip);
  CHECK(clip.samples == 24'000);
}

TEST_CASE("a WAV file's other chunks are skipped, odd lengths and all") {
  const Pcm pcm = tone(300, 1'601, 0.4F, 16'000);
  const Format of;
  const Bytes file =
      riff(chunk("JUNK", Bytes(7, 1)) + format_chunk(of) + chunk("LIST", Bytes(33, 2)) +
           chunk("data", samples(pcm, of)) + chunk("LIST", Bytes(9, 3)));
  CHECK(import(file)->samples == 4'803);
}

TEST_CASE("a WAV file whose writer could not go back holds what is there") {
  const Pcm pcm = tone(300, 1'600, 0.4F, 16'000);
  for (const std::uint32_t size : {0U, 0xffffffffU}) {
    Bytes file = wav(pcm, {});
    for (const std::size_t at : {4UL, 40UL})
      for (std::size_t i = 0; i < 4; ++i) file[at + i] = static_cast<std::uint8_t>(size >> 8 * i);
    CHECK(import(file)->samples == 4'800);
    file.pop_back();  // half a sample
    CHECK(import(file)->samples == 4'797);
  }
  Bytes cut = wav(pcm, {});
  cut.erase(cut.begin() + 44 + 2 * 800, cut.end());
  CHECK(import(cut)->samples == 2'400);
}

TEST_CASE("a WAV file that breaks a rule is refused for it") {
  const Pcm pcm = tone(300, 100);
  const auto refusal = [&](const Format& of) { return import(wav(pcm, of)).error().errc(); };
  CHECK(refusal({.tag = 2}) == Errc::wav_unsupported);             // ADPCM
  CHECK(refusal({.tag = 0x55}) == Errc::wav_unsupported);          // MP3
  CHECK(refusal({.tag = 7, .bits = 8}) == Errc::wav_unsupported);  // µ-law
  CHECK(refusal({.tag = 3, .bits = 16}) == Errc::wav_unsupported);
  CHECK(refusal({.bits = 12}) == Errc::wav_unsupported);
  CHECK(refusal({.bits = 40}) == Errc::wav_unsupported);
  CHECK(refusal({.bits = 0}) == Errc::wav_malformed);
  CHECK(refusal({.channels = 0}) == Errc::wav_malformed);
  CHECK(refusal({.channels = 3}) == Errc::wav_unsupported);
  CHECK(refusal({.channels = 255}) == Errc::wav_unsupported);
  CHECK(refusal({.rate = 7'999}) == Errc::wav_unsupported);
  CHECK(refusal({.rate = 96'001}) == Errc::wav_unsupported);
  CHECK(refusal({.rate = 0}) == Errc::wav_unsupported);
  CHECK(import(riff(chunk("data", Bytes(10)))).error() == Errc::wav_malformed);
  CHECK(import(riff(format_chunk({}))).error() == Errc::wav_malformed);
  CHECK(import(riff(chunk("fmt ", Bytes(10)) + chunk("data", Bytes(10)))).error() ==
        Errc::wav_malformed);
  CHECK(import(riff(format_chunk({}) + chunk("data", {}))).error() == Errc::voice_empty);
  Bytes odd_frames = wav(pcm, {});
  odd_frames[32] = 3;
  CHECK(import(odd_frames).error() == Errc::wav_malformed);
  Bytes foreign = wav(pcm, {.extensible = true});
  foreign[20 + 30] ^= 1;
  CHECK(import(foreign).error() == Errc::wav_unsupported);
}

TEST_CASE("a WAV file that is cut anywhere is refused or shorter") {
  const Bytes file = wav(tone(300, 50), {.extensible = true});
  for (std::size_t bytes = 0; bytes < file.size(); ++bytes) {
    const auto clip =
        import(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(bytes)));
    if (clip) CHECK(clip->samples < 150);
  }
}

TEST_CASE("a WAV file over 15 minutes is refused") {
  const Format of{.rate = 8'000, .bits = 8};
  const std::size_t longest = limits::voice_minutes_max * 60 * 8'000;
  const auto with = [&](std::size_t bytes) {
    return riff(format_chunk(of) + chunk("data", Bytes(bytes, 128)));
  };
  // The longest gets as far as its sink.
  SinkLog log;
  log.refuse = true;
  CHECK(import_voice(with(longest), {}, logged(log)).error() == Errc::storage_full);
  CHECK(import(with(longest + 1)).error() == Errc::voice_too_long);
  CHECK(import(Bytes(limits::voice_import_bytes_max + 1)).error() == Errc::too_long);
}

}  // namespace
}  // namespace tern::voice::test
