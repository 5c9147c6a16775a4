// Gain, and a look-ahead limiter behind it: a peak is turned down before it comes, over 5 ms, and
// never cut. What is quieter than the ceiling passes through bit by bit.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "tern/bytes.hpp"

namespace tern::voice {

class Limiter {
 public:
  explicit Limiter(float gain = 1) : gain_(gain) { reset(); }

  /// Appends what `pcm` pushes out; the delay of 5 ms is taken out of the beginning, so that n
  /// samples in are n samples out, in place, after finish().
  void push(std::span<const float> pcm, std::vector<float>& out);
  void finish(std::vector<float>& out);
  void reset();

 private:
  static constexpr std::size_t window = 240;  // 5 ms
  static constexpr std::int64_t one = std::int64_t{1} << 30;
  struct Need {
    std::uint64_t at = 0;
    std::int64_t gain = one;
  };

  bool idle() const {
    return needs_ == 0 && released_ == one && sum_ == one * std::int64_t{window};
  }
  float step(float sample);
  void forget_old_needs();
  void remember_need(std::int64_t gain);

  float gain_;
  std::vector<float> held_;  // gained samples that wait for their gain
  // The lowest gain that the last `window` samples need: those that are not above a later one.
  std::array<Need, window> queue_;
  std::size_t front_ = 0, needs_ = 0;
  std::uint64_t now_ = 0;
  std::int64_t released_ = one;            // goes down at once, up slowly
  std::array<std::int64_t, window> last_;  // of released_, to be averaged: integers do not drift
  std::int64_t sum_ = 0;
};

}  // namespace tern::voice
