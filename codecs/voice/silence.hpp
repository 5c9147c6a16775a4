// What counts as silence, and what becomes of it at a recording's beginning.
#pragma once

#include <span>
#include <vector>

#include "voice/opus_format.hpp"

namespace tern::voice {

inline constexpr std::size_t silence_cut_samples = opus_rate;       // over a second of it …
inline constexpr std::size_t silence_kept_samples = opus_rate / 5;  // … becomes 200 ms

/// Where the last sound ends, told in blocks of 20 ms.
class SoundEnd {
 public:
  void add(std::span<const float> pcm);
  /// The end of the last block that is no silence; 0: there was none.
  std::uint64_t samples() const;
  /// Everything until now is sound.
  void all_until_now_is_sound() { end_ = seen_; }

 private:
  std::uint64_t seen_ = 0, end_ = 0;
  double energy_ = 0, loudest_ = 0;  // sums of squares over a block
  std::size_t filled_ = 0;
};

/// Holds a recording's first silence back, a second at most, until there is a sound.
class LeadingSilence {
 public:
  /// Whether there was a sound; then `held()` goes first, and nothing more comes here.
  bool add(std::span<const float> pcm);
  /// What stays of what came before the sound, and the sound.
  std::span<const float> held() const { return held_; }

 private:
  bool sounds(std::span<const float> block);

  std::vector<float> held_;
  std::size_t judged_ = 0;  // samples of held_ in whole blocks that are silence
  double quietest_ = 1e9;
  bool cut_ = false;
};

}  // namespace tern::voice
