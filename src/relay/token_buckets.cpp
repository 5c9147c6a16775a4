#include "relay/token_buckets.hpp"

#include <algorithm>

namespace tern::relay {

TokenBuckets TokenBuckets::per_second(std::uint32_t rate, std::uint32_t burst) {
  return {1'000'000 / std::max<std::int64_t>(rate, 1), std::max<std::uint32_t>(burst, 1)};
}

TokenBuckets TokenBuckets::per_minute(std::uint32_t rate) {
  return {60'000'000 / std::max<std::int64_t>(rate, 1), std::max<std::uint32_t>(rate, 1)};
}

std::uint32_t TokenBuckets::take(std::int64_t mono_ms, const crypto::DhPublicKey& device) {
  const auto now_us = mono_ms * 1000;
  if (full_at_us_.size() >= sweep_at_size_) drop_full_ones(now_us);
  auto& full_at_us = full_at_us_[device];
  const auto after_us = std::max(full_at_us, now_us) + interval_us_;
  const auto missing_us = after_us - now_us - burst_us_;
  if (missing_us > 0) return static_cast<std::uint32_t>((missing_us + 999) / 1000);
  full_at_us = after_us;
  return 0;
}

// A full bucket says no more than a missing one.
void TokenBuckets::drop_full_ones(std::int64_t now_us) {
  std::erase_if(full_at_us_, [now_us](const auto& bucket) { return bucket.second <= now_us; });
  sweep_at_size_ = std::max<std::size_t>(1024, 2 * full_at_us_.size());
}

}  // namespace tern::relay
