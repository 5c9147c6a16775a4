#include "voice_seeds.hpp"

#include <cmath>

#include "tern/voice_recorder.hpp"

namespace tern::fuzzing {
namespace {

std::vector<float> hum(std::size_t samples) {
  std::vector<float> out(samples);
  for (std::size_t i = 0; i < samples; ++i)
    out[i] =
        0.3F * std::sin(0.03F * static_cast<float>(i)) * std::sin(0.0003F * static_cast<float>(i));
  return out;
}

Bytes after(std::uint8_t first, const Bytes& rest) {
  Bytes out = {first};
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

Bytes recorded(std::size_t samples, VoiceSettings settings) {
  Bytes file;
  auto recorder = VoiceRecorder::start(settings, make_voice_buffer(file)).value();
  recorder.push(std::span<const float>(hum(samples))).value();
  recorder.finish().value();
  return file;
}

Bytes draft(std::size_t samples) {
  Bytes file;
  auto recorder = VoiceRecorder::start({}, make_voice_buffer(file)).value();
  recorder.push(std::span<const float>(hum(samples))).value();
  recorder.pause().value();
  return file;
}

void put(Bytes& out, std::uint32_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i)
    out.push_back(static_cast<std::uint8_t>(std::uint64_t{value} >> 8 * i));
}

constexpr std::uint32_t extensible = 0xfffe;

// A RIFF file up to its samples; one of the extensible format says its tag a second time.
Bytes wav_head(std::uint32_t tag, std::uint32_t channels, std::uint32_t bits, std::uint32_t rate) {
  Bytes out = {'R', 'I', 'F', 'F', 0xff, 0xff, 0xff, 0xff, 'W', 'A', 'V', 'E', 'f', 'm', 't', ' '};
  put(out, tag == extensible ? 40 : 16, 4);
  put(out, tag, 2);
  put(out, channels, 2);
  put(out, rate, 4);
  put(out, rate * channels * bits / 8, 4);
  put(out, channels * bits / 8, 2);
  put(out, bits, 2);
  if (tag != extensible) return out;
  put(out, 22, 2);
  put(out, bits, 2);
  put(out, 0, 4);
  put(out, 1, 2);
  out.insert(out.end(), {0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71});
  return out;
}

Bytes wav(std::uint32_t tag, std::uint32_t channels, std::uint32_t bits, std::uint32_t rate) {
  Bytes out = wav_head(tag, channels, bits, rate);
  for (const char c : {'d', 'a', 't', 'a'}) out.push_back(static_cast<std::uint8_t>(c));
  put(out, 0xffffffff, 4);
  for (std::uint32_t i = 0; i < 240; ++i) put(out, i * 0x01234567, bits / 8);
  return out;
}

// Each breaks a rule.
void add_broken_wavs(std::vector<VoiceSeed>& out) {
  const auto add = [&](const char* name, Bytes file) {
    out.push_back({"wav", name, std::move(file)});
  };
  add("adpcm", wav(2, 1, 16, 16'000));
  add("three_channels", wav(1, 3, 16, 16'000));
  add("too_slow", wav(1, 1, 16, 7'999));
  add("no_samples", wav_head(1, 1, 16, 16'000));
  auto other = wav(extensible, 1, 16, 16'000);
  other[50] ^= 1;
  add("extensible_of_another_kind", other);
  auto cut = wav(extensible, 1, 16, 16'000);
  cut[16] = 18;  // the chunk's size
  add("extensible_cut", cut);
  Bytes early(wav(1, 1, 16, 16'000));
  early.erase(early.begin() + 12, early.begin() + 36);
  add("samples_before_format", early);
  auto odd = wav(1, 1, 16, 16'000);
  odd[32] = 3;
  add("frames_of_another_size", odd);
}

Bytes live_packets() {
  std::vector<Bytes> packets;
  recorded(9'600, {.constant_bitrate = true,
                   .on_packet = [&](ByteSpan packet) { packets.push_back(to_bytes(packet)); }});
  Bytes out;
  for (std::size_t i = 0; i + 1 < packets.size(); i += 2) {
    if (i == 4) continue;  // one is lost
    out.insert(out.end(),
               {static_cast<std::uint8_t>(i / 2), static_cast<std::uint8_t>(packets[i].size()),
                static_cast<std::uint8_t>(packets[i + 1].size()), 1});
    out.insert(out.end(), packets[i].begin(), packets[i].end());
    out.insert(out.end(), packets[i + 1].begin(), packets[i + 1].end());
  }
  return out;
}

}  // namespace

std::vector<VoiceSeed> voice_seeds() {
  std::vector<VoiceSeed> out = ogg_seeds();
  add_broken_wavs(out);
  const VoiceSeed whole[] = {
      {"ogg_opus", "a_quarter_second", after(3, recorded(12'000, {}))},
      {"ogg_opus", "two_pages", after(21, recorded(30'000, {.quality = VoiceQuality::saver}))},
      {"ogg_opus", "short", after(7, recorded(100, {.constant_bitrate = true}))},
      {"ogg_opus", "draft", after(0, draft(15'000))},
      {"wav", "pcm16", wav(1, 1, 16, 16'000)},
      {"wav", "pcm8_stereo", wav(1, 2, 8, 8'000)},
      {"wav", "pcm24", wav(1, 1, 24, 44'100)},
      {"wav", "extensible", wav(extensible, 1, 16, 16'000)},
      {"wav", "float32_stereo", wav(3, 2, 32, 48'000)},
      {"wav", "float64", wav(3, 1, 64, 96'000)},
      {"voice_stream", "one_lost", live_packets()}};
  out.insert(out.end(), std::begin(whole), std::end(whole));
  return out;
}

}  // namespace tern::fuzzing
