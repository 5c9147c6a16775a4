#include "voice/limiter.hpp"

#include <algorithm>
#include <cmath>

namespace tern::voice {
namespace {

constexpr float ceiling = 0.89F;   // -1 dBFS: room for what a converter makes between the samples
constexpr int release_shift = 12;  // 2^12 samples: 85 ms

}  // namespace

void Limiter::reset() {
  held_.clear();
  front_ = needs_ = 0;
  now_ = 0;
  released_ = one;
  last_.fill(one);
  sum_ = one * std::int64_t{window};
}

void Limiter::push(std::span<const float> pcm, std::vector<float>& out) {
  const std::size_t old = held_.size();
  float peak = 0;
  for (const float sample : pcm) {
    held_.push_back(sample * gain_);
    peak = std::max(peak, std::abs(held_.back()));
  }
  constexpr std::size_t delay = window - 1;
  const std::size_t ready = held_.size() - std::min(held_.size(), delay);
  if (peak <= ceiling && idle()) {
    out.insert(out.end(), held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(ready));
  } else {
    for (std::size_t i = old; i < held_.size(); ++i) {
      const float gain = step(held_[i]);
      if (i >= delay) out.push_back(held_[i - delay] * gain);
    }
  }
  held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(ready));
}

void Limiter::finish(std::vector<float>& out) {
  static constexpr std::array<float, window - 1> silence{};
  push(silence, out);
  reset();
}

// The gain of the sample `window - 1` before this one: an average of `window` gains, each of which
// is low enough for it.
float Limiter::step(float sample) {
  const float size = std::abs(sample);
  const bool over = size > ceiling;
  forget_old_needs();
  if (over) remember_need(static_cast<std::int64_t>(static_cast<double>(one) * ceiling / size));
  const std::int64_t rise = (one - released_) >> release_shift;
  released_ = rise > 0 ? released_ + rise : one;
  if (needs_ > 0) released_ = std::min(released_, queue_[front_].gain);
  auto& oldest = last_[static_cast<std::size_t>(now_ % window)];
  sum_ += released_ - oldest;
  oldest = released_;
  ++now_;
  return static_cast<float>(static_cast<double>(sum_) / static_cast<double>(one * window));
}

void Limiter::forget_old_needs() {
  while (needs_ > 0 && queue_[front_].at + window <= now_) {
    front_ = (front_ + 1) % window;
    --needs_;
  }
}

void Limiter::remember_need(std::int64_t gain) {
  while (needs_ > 0 && queue_[(front_ + needs_ - 1) % window].gain >= gain) --needs_;
  queue_[(front_ + needs_) % window] = {now_, gain};
  ++needs_;
}

}  // namespace tern::voice
