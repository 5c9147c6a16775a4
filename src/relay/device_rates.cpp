#include "relay/device_rates.hpp"

namespace tern::relay {

void DeviceRates::take(std::int64_t mono_ms, const Batch& batch) {
  for (const auto& device : batch.renewed) renewals_.take(mono_ms, payer_for(device));
  for (const auto& device : batch.claimed) claims_.take(mono_ms, payer_for(device));
}

}  // namespace tern::relay
