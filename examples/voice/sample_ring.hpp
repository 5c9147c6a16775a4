// Samples on their way between a sound card's thread and ours.
#pragma once

#include <algorithm>
#include <atomic>
#include <span>
#include <vector>

namespace voice {

/// One thread puts, one takes; neither ever waits for the other, as a sound card's callback must
/// not.
class SampleRing {
 public:
  explicit SampleRing(std::size_t capacity) : samples_(capacity) {}

  /// How many fitted.
  std::size_t put(std::span<const float> pcm) {
    const auto written = written_.load(std::memory_order_relaxed);
    const auto room = samples_.size() - (written - taken_.load(std::memory_order_acquire));
    const auto count = std::min(room, pcm.size());
    for (std::size_t i = 0; i < count; ++i) samples_[(written + i) % samples_.size()] = pcm[i];
    written_.store(written + count, std::memory_order_release);
    return count;
  }
  /// How many there were.
  std::size_t take(std::span<float> pcm) {
    const auto taken = taken_.load(std::memory_order_relaxed);
    const auto count = std::min(written_.load(std::memory_order_acquire) - taken, pcm.size());
    for (std::size_t i = 0; i < count; ++i) pcm[i] = samples_[(taken + i) % samples_.size()];
    taken_.store(taken + count, std::memory_order_release);
    return count;
  }
  bool empty() const { return written_.load() == taken_.load(); }

 private:
  std::vector<float> samples_;
  std::atomic<std::size_t> written_{0};  ///< since the beginning
  std::atomic<std::size_t> taken_{0};
};

}  // namespace voice
