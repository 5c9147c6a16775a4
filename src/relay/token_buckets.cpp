#include "relay/token_buckets.hpp"

#include <algorithm>

#include "crypto/hash.hpp"

namespace tern::relay {

Payer payer_for(const DeviceId& device) {
  Payer out;
  std::copy(device.bytes.begin(), device.bytes.end(), out.bytes.begin());
  return out;
}

Payer payer_for(const crypto::DhPublicKey& transport_key) { return {transport_key.bytes}; }

Payer payer_for(std::string_view origin) {
  return {crypto::blake2b({as_bytes("tern 1 origin"), as_bytes(origin)}).bytes};
}

TokenBuckets TokenBuckets::per_second(std::uint32_t rate, std::uint32_t burst) {
  return {1'000'000 / std::max<std::int64_t>(rate, 1), std::max<std::uint32_t>(burst, 1)};
}

TokenBuckets TokenBuckets::per_minute(std::uint32_t rate, std::uint32_t minutes_burst) {
  rate = std::max<std::uint32_t>(rate, 1);
  return {60'000'000 / std::int64_t{rate}, rate * minutes_burst};
}

TokenBuckets TokenBuckets::per_hour(std::uint32_t rate) {
  return {3'600'000'000 / std::max<std::int64_t>(rate, 1), std::max<std::uint32_t>(rate, 1)};
}

std::int64_t TokenBuckets::full_after_us(std::int64_t now_us, const Payer& payer,
                                         std::uint32_t tokens) const {
  const auto found = full_at_us_.find(payer);
  const auto full_at_us = found != full_at_us_.end() ? std::max(found->second, now_us) : now_us;
  return full_at_us + tokens * interval_us_;
}

std::uint32_t TokenBuckets::wait_ms(std::int64_t mono_ms, const Payer& payer,
                                    std::uint32_t tokens) const {
  const auto now_us = mono_ms * 1000;
  const auto missing_us = full_after_us(now_us, payer, tokens) - now_us - burst_us_;
  return missing_us > 0 ? static_cast<std::uint32_t>((missing_us + 999) / 1000) : 0;
}

std::uint32_t TokenBuckets::take(std::int64_t mono_ms, const Payer& payer, std::uint32_t tokens) {
  const auto now_us = mono_ms * 1000;
  if (full_at_us_.size() >= sweep_at_size_) drop_full_ones(now_us);
  const auto wait = wait_ms(mono_ms, payer, tokens);
  if (wait == 0) full_at_us_[payer] = full_after_us(now_us, payer, tokens);
  return wait;
}

// A full bucket says no more than a missing one.
void TokenBuckets::drop_full_ones(std::int64_t now_us) {
  std::erase_if(full_at_us_, [now_us](const auto& bucket) { return bucket.second <= now_us; });
  sweep_at_size_ = std::max<std::size_t>(1024, 2 * full_at_us_.size());
}

}  // namespace tern::relay
