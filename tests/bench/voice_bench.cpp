// What a recorder and a player cost beside libopus, which does the coding; and what they hold.
#include <malloc.h>
#include <opus/opus.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <vector>

#include "bench/report.hpp"
#include "tern/voice_player.hpp"
#include "tern/voice_recorder.hpp"

namespace tern::bench {
namespace {

using Pcm = std::vector<float>;
using Packets = std::vector<Bytes>;

constexpr std::size_t second = 48'000, frame = 960;

double ms_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

/// Each in turn, several times over, and the fastest of each: they see the same machine.
std::vector<double> fastest(const std::vector<std::function<void()>>& works) {
  std::vector<double> out(works.size(), 1e9);
  for (int round = 0; round < 7; ++round)
    for (std::size_t i = 0; i < works.size(); ++i) out[i] = std::min(out[i], ms_of(works[i]));
  return out;
}

/// Syllables of a buzzing voice, some of them hissed, with pauses.
Pcm voice(std::size_t samples) {
  Pcm out(samples);
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < samples; ++i) {
    const double t = static_cast<double>(i) / second;
    const double pitch = 120 + 20 * std::sin(2 * t);
    double sample = 0;
    for (int k = 1; k < 12; ++k) sample += std::sin(6.2832 * k * pitch * t) / (1 + std::abs(k - 4));
    state = state * 1'664'525 + 1'013'904'223;
    const double hiss = static_cast<double>(state) / 4e9 - 0.5;
    const double syllable = std::max(0.0, std::sin(6.2832 * 2 * t));
    out[i] = static_cast<float>(syllable * (std::fmod(t, 1.5) < 1.2 ? 0.1 * sample : 0.05 * hiss));
  }
  return out;
}

Packets encode_with_libopus(const Pcm& pcm) {
  int error = 0;
  OpusEncoder* encoder = opus_encoder_create(48'000, 1, OPUS_APPLICATION_VOIP, &error);
  opus_encoder_ctl(encoder, OPUS_SET_BITRATE(24'000));
  opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(10));
  opus_encoder_ctl(encoder, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
  Packets out;
  Bytes packet(1'275);
  for (std::size_t at = 0; at + frame <= pcm.size(); at += frame) {
    const int bytes = opus_encode_float(encoder, &pcm[at], frame, packet.data(), 1'275);
    out.emplace_back(packet.begin(), packet.begin() + bytes);
  }
  opus_encoder_destroy(encoder);
  return out;
}

void decode_with_libopus(const Packets& packets) {
  int error = 0;
  OpusDecoder* decoder = opus_decoder_create(48'000, 1, &error);
  Pcm pcm(5'760);
  int samples = 0;
  for (const auto& packet : packets)
    samples += opus_decode_float(decoder, packet.data(), static_cast<int>(packet.size()),
                                 pcm.data(), 5'760, 0);
  opus_decoder_destroy(decoder);
  if (samples <= 0) std::abort();
}

void push(VoiceRecorder& recorder, const Pcm& pcm) {
  for (std::size_t at = 0; at < pcm.size(); at += 480)  // 10 ms, as a microphone does
    recorder
        .push(std::span<const float>(pcm).subspan(at, std::min<std::size_t>(480, pcm.size() - at)))
        .value();
}

VoiceClip record(const Pcm& pcm, Bytes& file) {
  auto recorder = VoiceRecorder::start({}, make_voice_buffer(file)).value();
  push(recorder, pcm);
  return recorder.finish().value();
}

void play(const Bytes& file, const PlayerSettings& settings) {
  auto player = VoicePlayer::open(make_voice_source(file), settings).value();
  Pcm pcm(480);
  while (player.read(std::span<float>(pcm)).value().state == PlayerState::playing) continue;
}

class Nowhere final : public VoiceSink {
 public:
  Result<void> write(ByteSpan, std::uint64_t) override { return {}; }
  Result<void> finish(const VoiceClip&, std::uint64_t, ByteSpan) override { return {}; }
  Result<void> discard() override { return {}; }
};

struct Long {
  double finish_ms = 0;
  double memory_kib = 0, memory_after_a_minute_kib = 0;
};
Long record_seconds(std::size_t seconds) {
  Long out;
  const Pcm one = voice(second);
  const auto before = ::mallinfo2().uordblks;
  const auto memory = [&] { return static_cast<double>(::mallinfo2().uordblks - before) / 1'024; };
  auto recorder = VoiceRecorder::start({}, std::make_unique<Nowhere>()).value();
  for (std::size_t i = 0; i < seconds; ++i) {
    push(recorder, one);
    if (i == 59) out.memory_after_a_minute_kib = memory();
  }
  out.memory_kib = memory();
  out.finish_ms = ms_of([&] { recorder.finish().value(); });
  return out;
}

int run(int argc, char** argv) {
  Report report(argc, argv);
  const Pcm minute = voice(60 * second);
  const Packets packets = encode_with_libopus(minute);
  Bytes file;
  PlayerSettings normalising, plain, faster;
  normalising.clip = record(minute, file);
  plain.normalise = false;
  faster = normalising;
  faster.speed = 1.5;
  const auto ms = fastest({[&] { encode_with_libopus(minute); },
                           [&] {
                             Bytes out;
                             record(minute, out);
                           },
                           [&] { decode_with_libopus(packets); }, [&] { play(file, plain); },
                           [&] { play(file, normalising); }, [&] { play(file, faster); }});
  report.add({"record 60 s / libopus' encoder", ms[1], "ms", ms[0], ratio_at_most(1.10)});
  report.add({"play 60 s / libopus' decoder", ms[3], "ms", ms[2], ratio_at_most(1.10)});
  report.add({"play 60 s toward -18 LUFS / libopus' decoder", ms[4], "ms", ms[2], {}});
  report.add({"play 60 s at speed 1.5 / libopus' decoder", ms[5], "ms", ms[2], {}});
  const Long short_clip = record_seconds(10), long_clip = record_seconds(15 * 60);
  report.add({"finish() of 10 s", short_clip.finish_ms, "ms", {}, value_at_most(5)});
  report.add({"finish() of 15 min", long_clip.finish_ms, "ms", {}, value_at_most(5)});
  report.add({"a recorder's memory after 15 min / after 1 min", long_clip.memory_kib, "KiB",
              long_clip.memory_after_a_minute_kib, ratio_at_most(1.01)});
  return 0;
}

}  // namespace
}  // namespace tern::bench

int main(int argc, char** argv) { return tern::bench::run(argc, argv); }
