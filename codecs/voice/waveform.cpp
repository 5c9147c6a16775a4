#include "voice/waveform.hpp"

#include <algorithm>
#include <cmath>

namespace tern::voice {
namespace {

constexpr std::size_t buckets_max = 4096;

float peak_of(std::span<const float> pcm) {
  float low = 0, high = 0;
  for (const float sample : pcm) {
    low = std::min(low, sample);
    high = std::max(high, sample);
  }
  return std::max(high, -low);
}

}  // namespace

WaveformMeter::WaveformMeter() { buckets_.reserve(buckets_max); }

void WaveformMeter::add(std::span<const float> pcm) {
  while (!pcm.empty()) {
    const auto some =
        static_cast<std::size_t>(std::min<std::uint64_t>(width_ - filled_, pcm.size()));
    open_peak_ = std::max(open_peak_, peak_of(pcm.first(some)));
    filled_ += some;
    pcm = pcm.subspan(some);
    if (filled_ == width_) close_bucket();
  }
}

void WaveformMeter::close_bucket() {
  buckets_.push_back(open_peak_);
  open_peak_ = 0;
  filled_ = 0;
  if (buckets_.size() < buckets_max) return;
  for (std::size_t i = 0; i < buckets_max / 2; ++i)
    buckets_[i] = std::max(buckets_[2 * i], buckets_[2 * i + 1]);
  buckets_.resize(buckets_max / 2);
  width_ *= 2;
}

float WaveformMeter::highest(std::uint64_t from, std::uint64_t to) const {
  float out = 0;
  for (std::uint64_t i = from / width_; i * width_ < to; ++i) {
    if (i >= buckets_.size()) return std::max(out, open_peak_);
    out = std::max(out, buckets_[static_cast<std::size_t>(i)]);
  }
  return out;
}

Waveform WaveformMeter::parts(std::uint64_t samples) const {
  Waveform out{};
  if (samples == 0) return out;
  for (std::uint64_t i = 0; i < waveform_peaks; ++i) {
    const std::uint64_t from = i * samples / waveform_peaks;
    const std::uint64_t to = std::max(from + 1, (i + 1) * samples / waveform_peaks);
    const float peak = std::min(highest(from, to), 1.0F);
    out[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(std::lround(peak * 255));
  }
  return out;
}

float WaveformMeter::peak(std::uint64_t samples) const {
  return std::min(highest(0, samples), 1.0F);
}

}  // namespace tern::voice
