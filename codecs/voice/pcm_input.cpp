#include "voice/pcm_input.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/try.hpp"
#include "voice/opus_format.hpp"

namespace tern::voice {
namespace {

constexpr std::size_t input_piece = 1920;  // samples taken at once

// Neither NaN nor an infinity compares as less: both are silence.
float clean(float sample) {
  return std::abs(sample) <= std::numeric_limits<float>::max() ? std::clamp(sample, -1.0F, 1.0F)
                                                               : 0.0F;
}
float clean(std::int16_t sample) { return static_cast<float>(sample) / 32768.0F; }

}  // namespace

Result<PcmInput> PcmInput::make(std::uint32_t sample_rate, std::uint32_t channels) {
  if (sample_rate < pcm_rate_min || sample_rate > pcm_rate_max)
    return Error(Errc::invalid_argument,
                 "a sample rate of " + std::to_string(sample_rate) + " is not 8,000 to 96,000");
  if (channels != 1 && channels != 2)
    return Error(Errc::invalid_argument, std::to_string(channels) + " channels: not one or two");
  PcmInput out;
  out.channels_ = channels;
  TERN_ASSIGN(out.resampler_, Resampler::make(sample_rate, opus_rate));
  return out;
}

template <class Sample>
void PcmInput::take_some(std::span<const Sample>& pcm, std::vector<float>& out) {
  const auto some = pcm.first(std::min(input_piece, pcm.size()));
  pcm = pcm.subspan(some.size());
  mono_.clear();
  if (channels_ == 1) {
    mono_.resize(some.size());
    std::transform(some.begin(), some.end(), mono_.begin(), [](Sample s) { return clean(s); });
  } else {
    for (const Sample sample : some) {
      if (left_) mono_.push_back((*left_ + clean(sample)) / 2);
      left_ = left_ ? std::nullopt : std::optional(clean(sample));
    }
  }
  resampler_.push(mono_, out);
}

void PcmInput::take(std::span<const float>& pcm, std::vector<float>& out) { take_some(pcm, out); }
void PcmInput::take(std::span<const std::int16_t>& pcm, std::vector<float>& out) {
  take_some(pcm, out);
}

}  // namespace tern::voice
