// From one rate to another, exact to the sample: N samples in give round(N · to / from) out.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "tern/result.hpp"

struct SpeexResamplerState_;

namespace tern::voice {

/// Whether something can be played at this rate. Errors: invalid_argument.
Result<void> check_play_rate(std::uint32_t rate);

class Resampler {
 public:
  static Result<Resampler> make(std::uint32_t from, std::uint32_t to);
  /// Appends what comes of `pcm` to `out`.
  void push(std::span<const float> pcm, std::vector<float>& out);
  /// The end: appends the rest. What is pushed next begins anew.
  void finish(std::vector<float>& out);
  void reset();

 private:
  void run(std::span<const float> pcm, std::uint64_t out_max, std::vector<float>& out);

  struct Delete {
    void operator()(SpeexResamplerState_* state) const;
  };
  std::uint64_t from_ = 1, to_ = 1;
  std::uint64_t in_ = 0, out_ = 0;
  std::unique_ptr<SpeexResamplerState_, Delete> state_;  // none: the rates are the same
};

}  // namespace tern::voice
