#include "voice/silence.hpp"

#include <algorithm>

namespace tern::voice {
namespace {

// Sums of squares over 20 ms. Rooms are at -60 dBFS RMS and below, a whisper close to a phone at
// -50 to -40 and far from it lower, so that no level alone tells them apart. Silence is what is
// below -50 dBFS *and*
//  - at the end: 20 dB below the loudest 20 ms so far. A clip that is whispered all through has no
//    such silence within it;
//  - at the beginning: less than 10 dB above the quietest so far, for what is loud is not known
//  yet.
// Whoever errs here, errs for keeping.
constexpr double floor_energy = frame_samples * 1e-5;     // -50 dBFS
constexpr double below_loudest = 1e-2;                    // -20 dB
constexpr double above_quietest = 10;                     // +10 dB
constexpr double quietest_energy = frame_samples * 1e-9;  // -90 dBFS: 16 bits' own noise

double energy_of(std::span<const float> pcm) {
  float out = 0;
  for (const float sample : pcm) out += sample * sample;
  return static_cast<double>(out);
}

}  // namespace

void SoundEnd::add(std::span<const float> pcm) {
  while (!pcm.empty()) {
    const std::size_t some = std::min(frame_samples - filled_, pcm.size());
    energy_ += energy_of(pcm.first(some));
    pcm = pcm.subspan(some);
    filled_ += some;
    seen_ += some;
    if (filled_ < frame_samples) continue;
    loudest_ = std::max(loudest_, energy_);
    if (energy_ >= floor_energy || energy_ >= loudest_ * below_loudest) end_ = seen_;
    energy_ = 0;
    filled_ = 0;
  }
}

std::uint64_t SoundEnd::samples() const {
  const bool open_sounds = energy_ >= floor_energy || energy_ > loudest_ * below_loudest;
  return open_sounds ? seen_ : end_;
}

bool LeadingSilence::add(std::span<const float> pcm) {
  held_.insert(held_.end(), pcm.begin(), pcm.end());
  while (held_.size() - judged_ >= frame_samples) {
    const bool sound = sounds(std::span(held_).subspan(judged_, frame_samples));
    if (!sound) judged_ += frame_samples;
    cut_ = cut_ || judged_ > silence_cut_samples;
    const std::size_t keep = sound && cut_ ? silence_kept_samples : silence_cut_samples;
    if (judged_ > keep) {
      held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(judged_ - keep));
      judged_ = keep;
    }
    if (sound) return true;
  }
  return false;
}

bool LeadingSilence::sounds(std::span<const float> block) {
  const double energy = std::max(energy_of(block), quietest_energy);
  quietest_ = std::min(quietest_, energy);
  return energy >= floor_energy || energy >= quietest_ * above_quietest;
}

}  // namespace tern::voice
