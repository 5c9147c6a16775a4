#include "voice/level.hpp"

#include <algorithm>
#include <cmath>

namespace tern::voice {
namespace {

constexpr float lowest_dbfs = -96;

float dbfs(float amplitude) {
  return amplitude > 0 ? std::clamp(20 * std::log10(amplitude), lowest_dbfs, 0.0F) : lowest_dbfs;
}

}  // namespace

void LevelMeter::add(std::span<const float> pcm) {
  // What a newer sample of the same call pushes out of the ring need not be read.
  constexpr std::size_t window = part_samples * 11;
  if (pcm.size() > window) pcm = pcm.last(window);
  while (!pcm.empty()) {
    const std::size_t some = std::min(part_samples - filled_, pcm.size());
    for (const float sample : pcm.first(some)) {
      parts_[at_].peak = std::max(parts_[at_].peak, std::abs(sample));
      parts_[at_].energy += sample * sample;
    }
    pcm = pcm.subspan(some);
    filled_ += some;
    if (filled_ < part_samples) continue;
    filled_ = 0;
    at_ = (at_ + 1) % parts_.size();
    parts_[at_] = {};
  }
}

VoiceLevel LevelMeter::level() const {
  Part all;
  for (const auto& part : parts_) {
    all.peak = std::max(all.peak, part.peak);
    all.energy += part.energy;
  }
  const auto samples = static_cast<float>((parts_.size() - 1) * part_samples + filled_);
  return {dbfs(all.peak), dbfs(std::sqrt(all.energy / samples))};
}

}  // namespace tern::voice
