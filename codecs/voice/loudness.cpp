#include "voice/loudness.hpp"

#include <ebur128.h>

#include <cmath>

#include "tern/voice_clip.hpp"
#include "voice/opus_format.hpp"

namespace tern::voice {

struct LoudnessMeter::State {
  // A histogram in steps of 0.1 LU, where the other mode keeps every block of a recording.
  State() : meter(ebur128_init(1, opus_rate, EBUR128_MODE_I | EBUR128_MODE_HISTOGRAM)) {}
  ~State() {
    if (meter) ebur128_destroy(&meter);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ebur128_state* meter;
};

LoudnessMeter::LoudnessMeter() : state_(std::make_unique<State>()) {}
LoudnessMeter::LoudnessMeter(LoudnessMeter&&) noexcept = default;
LoudnessMeter& LoudnessMeter::operator=(LoudnessMeter&&) noexcept = default;
LoudnessMeter::~LoudnessMeter() = default;

void LoudnessMeter::add(std::span<const float> pcm) {
  if (state_->meter) ebur128_add_frames_float(state_->meter, pcm.data(), pcm.size());
}

float LoudnessMeter::lufs() const {
  double out = 0;
  if (!state_->meter || ebur128_loudness_global(state_->meter, &out) != EBUR128_SUCCESS)
    return loudness_unknown_lufs;
  if (!std::isfinite(out) || out < static_cast<double>(loudness_unknown_lufs))
    return loudness_unknown_lufs;
  return static_cast<float>(out);
}

}  // namespace tern::voice
