// Rates of what is done to a device, whoever asks for it.
#pragma once

#include "relay/batch.hpp"
#include "relay/token_buckets.hpp"

namespace tern::relay {

/// Asked inside a batch, which may run again, and charged when it is on the disk.
class DeviceRates {
 public:
  /// In how many milliseconds the device may have another transport key or certificate; 0: now.
  std::uint32_t renewal_wait_ms(std::int64_t mono_ms, const DeviceId& device) const {
    return renewals_.wait_ms(mono_ms, payer_for(device));
  }
  /// Whether so many of its key packages were given away of late that only the last resort is.
  bool is_drained(std::int64_t mono_ms, const DeviceId& device) const {
    return claims_.wait_ms(mono_ms, payer_for(device)) > 0;
  }
  void take(std::int64_t mono_ms, const Batch& batch);

 private:
  // A new phone, or a certificate of a new list: a few a day.
  TokenBuckets renewals_{std::int64_t{6} * 3'600'000'000, 4};
  // Half of what is published at once, then what its owner can make anew.
  TokenBuckets claims_{60'000'000, limits::key_packages_published / 2};
};

}  // namespace tern::relay
