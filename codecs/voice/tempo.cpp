#include "voice/tempo.hpp"

#include <sonic.h>

#include <algorithm>

#include "base/check.hpp"
#include "base/try.hpp"
#include "voice/opus_format.hpp"

namespace tern::voice {

void Tempo::Delete::operator()(sonicStreamStruct* stream) const { sonicDestroyStream(stream); }

Result<Tempo> Tempo::make() {
  Tempo out;
  TERN_TRY(out.reset());
  return out;
}

Result<void> Tempo::reset() {
  // It has no way to be emptied.
  if (!stream_ || holds_) stream_.reset(sonicCreateStream(static_cast<int>(opus_rate), 1));
  TERN_CHECK(stream_);
  holds_ = false;
  sonicSetSpeed(stream_.get(), static_cast<float>(speed_));
  return {};
}

void Tempo::set_speed(double speed) {
  speed_ = speed;
  sonicSetSpeed(stream_.get(), static_cast<float>(speed));
}

void Tempo::push(std::span<const float> pcm, std::vector<float>& out) {
  if (idle()) {
    out.insert(out.end(), pcm.begin(), pcm.end());
    return;
  }
  if (pcm.empty()) return;
  // libsonic counts in 16 bits, and what is over full scale would come out with the other sign.
  in_.resize(pcm.size());
  std::transform(pcm.begin(), pcm.end(), in_.begin(),
                 [](float sample) { return std::clamp(sample, -1.0F, 1.0F); });
  sonicWriteFloatToStream(stream_.get(), in_.data(), static_cast<int>(in_.size()));
  holds_ = true;
  take_out(out);
  // At speed 1 it keeps nothing back.
  if (speed_ == 1) holds_ = false;
}

void Tempo::finish(std::vector<float>& out) {
  if (!holds_) return;
  sonicFlushStream(stream_.get());
  take_out(out);
  holds_ = false;
}

void Tempo::take_out(std::vector<float>& out) {
  float piece[1024];
  while (const int made = sonicReadFloatFromStream(stream_.get(), piece, 1024))
    out.insert(out.end(), piece, piece + std::max(made, 0));
}

}  // namespace tern::voice
