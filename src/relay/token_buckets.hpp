// Rates per device: so many a second on average, so many at once.
#pragma once

#include <unordered_map>

#include "crypto/dh.hpp"

namespace tern::relay {

/// Keyed by transport key: what a connection has proven before any request is looked at, and what
/// a new connection does not change. A bucket is one number (the generic cell rate algorithm, ITU-T
/// I.371): the time at which it would be full again.
class TokenBuckets {
 public:
  /// One token every `interval_us`; a full bucket holds `burst`.
  TokenBuckets(std::int64_t interval_us, std::uint32_t burst)
      : interval_us_(interval_us), burst_us_(interval_us * burst) {}
  static TokenBuckets per_second(std::uint32_t rate, std::uint32_t burst);
  static TokenBuckets per_minute(std::uint32_t rate);

  /// Takes a token; otherwise takes nothing and says in how many milliseconds there is one.
  std::uint32_t take(std::int64_t mono_ms, const crypto::DhPublicKey& device);
  std::size_t size() const { return full_at_us_.size(); }

 private:
  void drop_full_ones(std::int64_t now_us);

  std::int64_t interval_us_;
  std::int64_t burst_us_;
  std::unordered_map<crypto::DhPublicKey, std::int64_t> full_at_us_;
  std::size_t sweep_at_size_ = 1024;
};

}  // namespace tern::relay
