#include "unit/voice/sounds.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numbers>

#include "voice/resampler.hpp"
#include "voice/wav.hpp"

namespace tern::voice::test {
namespace {

constexpr const char* text =
    "The quick brown fox jumps over the lazy dog. Anna says that she will be home at eight, and "
    "that we should not wait for her with dinner. Did you hear what happened at the station this "
    "morning? Two trains stood there for an hour, and nobody knew why. Please buy bread, milk and "
    "a dozen eggs, if they are still open. I will call you back as soon as I am out of the "
    "meeting; it may take a while. Speech has pauses, vowels, and hissing consonants like these.";

Pcm spoken() {
  const std::string command = std::string("espeak-ng --stdout '") + text + "' 2>/dev/null";
  Bytes file;
  if (FILE* pipe = ::popen(command.c_str(), "r")) {
    std::array<std::uint8_t, 4096> piece;
    while (const auto some = std::fread(piece.data(), 1, piece.size(), pipe))
      file.insert(file.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(some));
    ::pclose(pipe);
  }
  const auto wav = parse_wav(file);
  if (!wav || wav->channels != 1) return {};
  Pcm at_its_rate(wav->samples()), out;
  wav->decode(0, at_its_rate);
  auto resampler = Resampler::make(wav->rate, 48'000).value();
  resampler.push(at_its_rate, out);
  resampler.finish(out);
  return out;
}

// Syllables of a buzzing voice with pauses.
Pcm synthetic() {
  Pcm out(48'000 * 10);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double t = static_cast<double>(i) / 48'000;
    const double pitch = 120 + 20 * std::sin(2 * t);
    const double syllable = std::max(0.0, std::sin(2 * std::numbers::pi * 3 * t));
    double sample = 0;
    for (int k = 1; k < 20; ++k)
      sample += std::sin(2 * std::numbers::pi * k * pitch * t) / (1 + std::abs(k - 5));
    out[i] = static_cast<float>(0.12 * sample * syllable);
  }
  return out;
}

const Pcm& source() {
  static const Pcm once = [] {
    Pcm out = spoken();
    return out.size() > 48'000 ? out : Pcm{};
  }();
  static const Pcm other = once.empty() ? synthetic() : Pcm{};
  return once.empty() ? other : once;
}

class LoggedSink final : public VoiceSink {
 public:
  explicit LoggedSink(SinkLog& log) : log_(log) {}
  Result<void> write(ByteSpan pages, std::uint64_t settled_bytes) override {
    if (log_.refuse) return Errc::storage_full;
    log_.file.insert(log_.file.end(), pages.begin(), pages.end());
    log_.settled.push_back(settled_bytes);
    log_.written.push_back(log_.file.size());
    return {};
  }
  Result<void> finish(const VoiceClip&, std::uint64_t keep_bytes, ByteSpan tail) override {
    if (log_.refuse) return Errc::storage_full;
    log_.keep_bytes = keep_bytes;
    log_.file.resize(keep_bytes);
    log_.file.insert(log_.file.end(), tail.begin(), tail.end());
    log_.finished = true;
    return {};
  }
  Result<void> discard() override {
    log_.discarded = true;
    return {};
  }

 private:
  SinkLog& log_;
};

}  // namespace

Pcm speech(std::size_t samples) {
  Pcm out;
  out.reserve(samples);
  while (out.size() < samples) {
    const auto some = std::min(source().size(), samples - out.size());
    out.insert(out.end(), source().begin(), source().begin() + static_cast<std::ptrdiff_t>(some));
  }
  return out;
}

bool speech_is_real() {
  static const bool real = source() != synthetic();
  return real;
}

Pcm tone(double hz, std::size_t samples, float amplitude, double rate) {
  Pcm out(samples);
  for (std::size_t i = 0; i < samples; ++i)
    out[i] = amplitude * static_cast<float>(
                             std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / rate));
  return out;
}

Pcm noise(std::size_t samples, float amplitude) {
  Pcm out(samples);
  std::uint32_t state = 1;
  for (auto& sample : out) {
    state = state * 1'664'525 + 1'013'904'223;
    sample = amplitude * (static_cast<float>(state >> 8) / 8'388'608.0F - 1);
  }
  return out;
}

Pcm operator+(Pcm left, const Pcm& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Pcm scaled(Pcm pcm, float gain) {
  for (auto& sample : pcm) sample *= gain;
  return pcm;
}

double energy(std::span<const float> pcm) {
  double out = 0;
  for (const float sample : pcm) out += static_cast<double>(sample) * static_cast<double>(sample);
  return out;
}

double snr_db(std::span<const float> signal, std::span<const float> other) {
  double difference = 1e-12;
  for (std::size_t i = 0; i < signal.size(); ++i) {
    const double d = static_cast<double>(signal[i]) - static_cast<double>(other[i]);
    difference += d * d;
  }
  return 10 * std::log10(energy(signal) / difference);
}

double lateness(double hz, std::span<const float> pcm, double rate) {
  double in_phase = 0, across = 0;
  for (std::size_t i = 0; i < pcm.size(); ++i) {
    const double angle = 2 * std::numbers::pi * hz * static_cast<double>(i) / rate;
    in_phase += std::sin(angle) * static_cast<double>(pcm[i]);
    across -= std::cos(angle) * static_cast<double>(pcm[i]);
  }
  return std::atan2(across, in_phase) * rate / (2 * std::numbers::pi * hz);
}

void push(VoiceRecorder& recorder, std::span<const float> pcm) {
  while (!pcm.empty()) {
    const auto some = pcm.first(std::min<std::size_t>(480, pcm.size()));
    recorder.push(some).value();
    pcm = pcm.subspan(some.size());
  }
}

Recorded record(std::span<const float> pcm, const VoiceSettings& settings) {
  Recorded out;
  auto recorder = VoiceRecorder::start(settings, make_voice_buffer(out.file)).value();
  push(recorder, pcm);
  out.clip = recorder.finish().value();
  return out;
}

Pcm play(const Bytes& file, PlayerSettings settings, std::size_t piece) {
  auto player = VoicePlayer::open(make_voice_source(file), settings).value();
  Pcm out, some(piece);
  for (;;) {
    const auto read = player.read(std::span<float>(some)).value();
    out.insert(out.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(read.frames));
    if (read.state != PlayerState::playing) return out;
  }
}

std::unique_ptr<VoiceSink> logged(SinkLog& log) { return std::make_unique<LoggedSink>(log); }

Result<std::size_t> ArrivingSource::read(std::uint64_t offset, MutableByteSpan into) {
  if (broken) return Errc::file_io;
  if (offset >= here) return std::size_t{0};
  const auto rest = ByteSpan(file_).first(here).subspan(static_cast<std::size_t>(offset));
  const auto some = std::min(rest.size(), into.size());
  std::copy_n(rest.begin(), some, into.begin());
  return some;
}

}  // namespace tern::voice::test
