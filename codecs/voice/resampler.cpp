#include "voice/resampler.hpp"

#include <speex/speex_resampler.h>

#include <algorithm>
#include <string>

#include "base/check.hpp"
#include "voice/opus_format.hpp"

namespace tern::voice {
namespace {

constexpr int resampler_quality = 8;  // of 10: stop band -90 dB and below
constexpr std::size_t resampler_piece = 1024;

}  // namespace

Result<void> check_play_rate(std::uint32_t rate) {
  if (rate >= pcm_rate_min && rate <= play_rate_max) return {};
  return Error(Errc::invalid_argument,
               "a sample rate of " + std::to_string(rate) + " is not 8,000 to 192,000");
}

void Resampler::Delete::operator()(SpeexResamplerState_* state) const {
  speex_resampler_destroy(state);
}

Result<Resampler> Resampler::make(std::uint32_t from, std::uint32_t to) {
  Resampler out;
  out.from_ = from;
  out.to_ = to;
  if (from == to) return out;
  int error = RESAMPLER_ERR_SUCCESS;
  out.state_.reset(speex_resampler_init(1, from, to, resampler_quality, &error));
  TERN_CHECK(error == RESAMPLER_ERR_SUCCESS && out.state_);
  out.reset();
  return out;
}

void Resampler::push(std::span<const float> pcm, std::vector<float>& out) {
  in_ += pcm.size();
  if (!state_) {
    out.insert(out.end(), pcm.begin(), pcm.end());
    return;
  }
  run(pcm, (in_ * to_ + from_ / 2) / from_, out);
}

void Resampler::finish(std::vector<float>& out) {
  static constexpr float silence[resampler_piece] = {};
  const std::uint64_t wanted = (in_ * to_ + from_ / 2) / from_;
  while (state_ && out_ < wanted) run(silence, wanted, out);
  reset();
}

void Resampler::reset() {
  in_ = out_ = 0;
  if (!state_) return;
  speex_resampler_reset_mem(state_.get());
  // The filter's delay: the first sample out is the first in.
  speex_resampler_skip_zeros(state_.get());
}

void Resampler::run(std::span<const float> pcm, std::uint64_t out_max, std::vector<float>& out) {
  float piece[resampler_piece];
  while (!pcm.empty()) {
    auto taken = static_cast<spx_uint32_t>(pcm.size());
    auto made = static_cast<spx_uint32_t>(resampler_piece);
    speex_resampler_process_float(state_.get(), 0, pcm.data(), &taken, piece, &made);
    if (taken == 0 && made == 0) return;
    const std::uint64_t kept = std::min<std::uint64_t>(made, out_max - std::min(out_max, out_));
    out.insert(out.end(), piece, piece + kept);
    out_ += kept;
    pcm = pcm.subspan(taken);
  }
}

}  // namespace tern::voice
