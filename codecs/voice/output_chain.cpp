#include "voice/output_chain.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "voice/opus_format.hpp"

namespace tern::voice {
namespace {

// What the limiter (5 ms), libsonic (two of its longest periods, 31 ms) and the resampler (under
// 10 ms) hold back between them, at most.
constexpr double held_samples_max = 0.05 * opus_rate;

}  // namespace

Result<OutputChain> OutputChain::make(std::uint32_t rate, std::optional<float> gain) {
  OutputChain out;
  out.rate_ = rate;
  if (gain) out.limiter_.emplace(*gain);
  TERN_ASSIGN(out.tempo_, Tempo::make());
  TERN_ASSIGN(out.resampler_, Resampler::make(opus_rate, rate));
  return out;
}

Result<void> OutputChain::reset(std::uint64_t sample) {
  if (limiter_) limiter_->reset();
  TERN_TRY(tempo_.reset());
  resampler_.reset();
  out_.clear();
  taken_ = 0;
  anchor_ = static_cast<double>(sample);
  frames_ = 0;
  pushed_ = sample;
  return {};
}

void OutputChain::set_speed(double speed) {
  anchor_ = static_cast<double>(position());
  frames_ = 0;
  speed_ = speed;
  tempo_.set_speed(speed);
}

void OutputChain::push(std::span<const float> pcm) {
  pushed_ += pcm.size();
  limited_.clear();
  if (limiter_)
    limiter_->push(pcm, limited_);
  else
    limited_.assign(pcm.begin(), pcm.end());
  stretch();
}

void OutputChain::finish() {
  limited_.clear();
  if (limiter_) limiter_->finish(limited_);
  stretch();
  stretched_.clear();
  tempo_.finish(stretched_);
  resampler_.push(stretched_, out_);
  resampler_.finish(out_);
}

void OutputChain::stretch() {
  out_.erase(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(taken_));
  taken_ = 0;
  stretched_.clear();
  tempo_.push(limited_, stretched_);
  resampler_.push(stretched_, out_);
}

std::size_t OutputChain::read(std::span<float> pcm) {
  const std::size_t some = std::min(pcm.size(), available());
  // A codec, and a filter, may pass full scale by a little.
  for (std::size_t i = 0; i < some; ++i) pcm[i] = std::clamp(out_[taken_ + i], -1.0F, 1.0F);
  taken_ += some;
  frames_ += some;
  return some;
}

std::uint64_t OutputChain::position() const {
  const double samples_a_frame = static_cast<double>(opus_rate) / rate_ * speed_;
  double out = anchor_ + static_cast<double>(frames_) * samples_a_frame;
  const auto pushed = static_cast<double>(pushed_);
  // libsonic keeps to the speed only about: what it has taken and given holds it to the truth.
  if (!tempo_.idle()) {
    const double ahead = static_cast<double>(available()) * samples_a_frame;
    out = std::max(out, pushed - ahead - held_samples_max);
  }
  return static_cast<std::uint64_t>(std::max(std::min(out, pushed), 0.0) + 1e-6);
}

}  // namespace tern::voice
