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

Bytes wav(std::uint32_t tag, std::uint32_t channels, std::uint32_t bits, std::uint32_t rate) {
  Bytes out = {'R', 'I', 'F', 'F', 0xff, 0xff, 0xff, 0xff, 'W', 'A', 'V', 'E', 'f', 'm', 't', ' '};
  put(out, 16, 4);
  put(out, tag, 2);
  put(out, channels, 2);
  put(out, rate, 4);
  put(out, rate * channels * bits / 8, 4);
  put(out, channels * bits / 8, 2);
  put(out, bits, 2);
  for (const char c : {'d', 'a', 't', 'a'}) out.push_back(static_cast<std::uint8_t>(c));
  put(out, 0xffffffff, 4);
  for (std::uint32_t i = 0; i < 240; ++i) put(out, i * 0x01234567, bits / 8);
  return out;
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
  return {{"ogg_opus", "a_quarter_second", after(3, recorded(12'000, {}))},
          {"ogg_opus", "two_pages", after(21, recorded(30'000, {.quality = VoiceQuality::saver}))},
          {"ogg_opus", "short", after(7, recorded(100, {.constant_bitrate = true}))},
          {"ogg_opus", "draft", after(0, draft(15'000))},
          {"wav", "pcm16", wav(1, 1, 16, 16'000)},
          {"wav", "pcm8_stereo", wav(1, 2, 8, 8'000)},
          {"wav", "pcm24", wav(1, 1, 24, 44'100)},
          {"wav", "float32_stereo", wav(3, 2, 32, 48'000)},
          {"wav", "float64", wav(3, 1, 64, 96'000)},
          {"voice_stream", "one_lost", live_packets()}};
}

}  // namespace tern::fuzzing
