// Rates: so many a second on average, so many at once.
#pragma once

#include <unordered_map>

#include "crypto/dh.hpp"

namespace tern::relay {

/// Who is charged: a device, the transport key of a connection that has not said whose it is, or
/// where a connection comes from. 32 bytes, so that none can pass for another.
using Payer = FixedBytes<struct PayerTag, 32>;
Payer payer_for(const DeviceId& device);
Payer payer_for(const crypto::DhPublicKey& transport_key);
Payer payer_for(std::string_view origin);

/// A bucket is one number (the generic cell rate algorithm, ITU-T I.371): the time at which it
/// would be full again.
class TokenBuckets {
 public:
  /// One token every `interval_us`; a full bucket holds `burst`.
  TokenBuckets(std::int64_t interval_us, std::uint32_t burst)
      : interval_us_(interval_us), burst_us_(interval_us * burst) {}
  static TokenBuckets per_second(std::uint32_t rate, std::uint32_t burst);
  /// A burst is what comes in so many minutes.
  static TokenBuckets per_minute(std::uint32_t rate, std::uint32_t minutes_burst = 1);
  static TokenBuckets per_hour(std::uint32_t rate);

  /// Takes tokens, no more than the burst; otherwise takes nothing and says in how many
  /// milliseconds there are enough.
  std::uint32_t take(std::int64_t mono_ms, const Payer& payer, std::uint32_t tokens = 1);
  /// What take() would say.
  std::uint32_t wait_ms(std::int64_t mono_ms, const Payer& payer, std::uint32_t tokens = 1) const;
  std::size_t size() const { return full_at_us_.size(); }

 private:
  std::int64_t full_after_us(std::int64_t now_us, const Payer& payer, std::uint32_t tokens) const;
  void drop_full_ones(std::int64_t now_us);

  std::int64_t interval_us_;
  std::int64_t burst_us_;
  std::unordered_map<Payer, std::int64_t> full_at_us_;
  std::size_t sweep_at_size_ = 1024;
};

}  // namespace tern::relay
