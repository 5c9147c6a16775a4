// What an account's evaluations cost. Blinded inputs cannot be told apart, so that counting them is
// all there is against somebody who asks for every number there is.
#pragma once

#include "relay/directory_store.hpp"

namespace tern::relay {

struct MeterRates {
  std::uint32_t cap = 0;       ///< so many at once
  std::uint32_t per_hour = 0;  ///< and so many come back
};

struct MeteredBatch {
  std::uint32_t epoch = 0;
  std::uint32_t elements = 0;
  BatchHash hash;
};

struct Charge {
  bool granted = false;
  bool repeated = false;      ///< granted, and nothing is to be written
  MeterRow after;             ///< when granted
  std::uint32_t fit = 0;      ///< else: so many would be
  std::uint32_t wait_ms = 0;  ///< else: until all would be; saturated
};

BatchHash batch_hash(std::uint32_t epoch, ByteSpan elements);

/// `current` is the newest epoch of the directory. What was evaluated in an account's last epoch is
/// free in the next one, for all its numbers have to be asked for again.
Charge charge(const std::optional<MeterRow>& before, std::int64_t now_ms, MeterRates rates,
              std::uint32_t current, const MeteredBatch& batch);

}  // namespace tern::relay
