// A meter's reading of the last 50 ms.
#pragma once

#include <array>
#include <span>

#include "tern/voice_recorder.hpp"

namespace tern::voice {

class LevelMeter {
 public:
  /// Mono, at 48 kHz.
  void add(std::span<const float> pcm);
  VoiceLevel level() const;

 private:
  struct Part {
    float peak = 0;
    float energy = 0;
  };
  static constexpr std::size_t part_samples = 240;  // 5 ms
  std::array<Part, 10> parts_{};                    // a ring; the one at at_ is being filled
  std::size_t at_ = 0, filled_ = 0;
};

}  // namespace tern::voice
