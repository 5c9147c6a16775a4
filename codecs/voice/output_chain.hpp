// From decoded samples to a listener's: gain and limiter, speed, rate; and where in the clip the
// next of them is.
#pragma once

#include <optional>

#include "tern/voice_player.hpp"
#include "voice/limiter.hpp"
#include "voice/resampler.hpp"
#include "voice/tempo.hpp"

namespace tern::voice {

class OutputChain {
 public:
  /// `gain`: with a limiter behind it; none: samples stay as they are, cut at full scale.
  static Result<OutputChain> make(std::uint32_t rate, std::optional<float> gain);

  /// Empties it; the next sample pushed is this one of the clip.
  Result<void> reset(std::uint64_t sample);
  void set_speed(double speed);
  void push(std::span<const float> pcm);
  void finish();
  std::size_t available() const { return out_.size() - taken_; }
  std::size_t read(std::span<float> pcm);
  /// Of the next sample that read() gives.
  std::uint64_t position() const;

 private:
  void stretch();

  std::uint32_t rate_ = 48'000;
  double speed_ = 1;
  std::optional<Limiter> limiter_;
  Tempo tempo_;
  Resampler resampler_;
  std::vector<float> limited_, stretched_, out_;
  std::size_t taken_ = 0;  // of out_

  double anchor_ = 0;         // the position when the speed was last set, or after reset()
  std::uint64_t frames_ = 0;  // read since
  std::uint64_t pushed_ = 0;  // the position behind the last sample pushed
};

}  // namespace tern::voice
