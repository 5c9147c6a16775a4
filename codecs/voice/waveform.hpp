// The highest samples of a recording whose length nobody knows yet.
#pragma once

#include <span>
#include <vector>

#include "tern/voice_clip.hpp"

namespace tern::voice {

class WaveformMeter {
 public:
  WaveformMeter();
  void add(std::span<const float> pcm);
  /// Of the first `samples` samples: each of the 64 parts to within 1/32 of its length.
  Waveform parts(std::uint64_t samples) const;
  /// The highest |sample| of the first `samples`, to within 1/2048 of the length.
  float peak(std::uint64_t samples) const;

 private:
  void close_bucket();
  float highest(std::uint64_t from, std::uint64_t to) const;

  // Each the peak of width_ samples; when there are too many, two become one.
  std::vector<float> buckets_;
  std::uint64_t width_ = 1;
  std::uint64_t filled_ = 0;  // of the bucket that is open
  float open_peak_ = 0;
};

}  // namespace tern::voice
