// Whatever a microphone gives: made clean, mono and 48 kHz.
#pragma once

#include <optional>

#include "tern/voice_recorder.hpp"
#include "voice/resampler.hpp"

namespace tern::voice {

class PcmInput {
 public:
  /// Errors: invalid_argument.
  static Result<PcmInput> make(std::uint32_t sample_rate, std::uint32_t channels);

  /// Takes the first samples off `pcm`, a bounded number, and appends what comes of them to `out`.
  void take(std::span<const float>& pcm, std::vector<float>& out);
  void take(std::span<const std::int16_t>& pcm, std::vector<float>& out);
  void finish(std::vector<float>& out) { resampler_.finish(out); }

 private:
  template <class Sample>
  void take_some(std::span<const Sample>& pcm, std::vector<float>& out);

  std::uint32_t channels_ = 1;
  std::optional<float> left_;  // of a frame whose right sample has not come
  std::vector<float> mono_;
  Resampler resampler_;
};

}  // namespace tern::voice
