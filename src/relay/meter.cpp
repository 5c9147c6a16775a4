#include "relay/meter.hpp"

#include <algorithm>
#include <limits>

#include "crypto/hash.hpp"

namespace tern::relay {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr auto never = std::numeric_limits<std::uint32_t>::max();

std::uint32_t plus(std::uint32_t a, std::uint32_t b) { return b > never - a ? never : a + b; }

// What has come back since the row was written. A clock that went back gives nothing, and takes
// nothing away.
void decay(MeterRow& row, std::int64_t now_ms, std::uint32_t per_hour) {
  if (row.spent == 0 || now_ms < row.as_of_ms) {
    row.as_of_ms = now_ms;
    return;
  }
  if (per_hour == 0) return;
  const auto interval_ms = std::max<std::int64_t>(hour_ms / per_hour, 1);
  const auto back = (now_ms - row.as_of_ms) / interval_ms;
  if (back >= row.spent) {
    row.spent = 0;
    row.as_of_ms = now_ms;
    return;
  }
  row.spent -= static_cast<std::uint32_t>(back);
  row.as_of_ms += back * interval_ms;
}

void enter_epoch(MeterRow& row, std::uint32_t current) {
  if (row.epoch >= current) return;
  row.free_left = row.evaluated;
  row.evaluated = 0;
  row.epoch = current;
}

std::uint32_t wait_until_fits(const MeterRow& row, std::int64_t now_ms, MeterRates rates,
                              std::uint32_t paid) {
  if (paid > rates.cap || rates.per_hour == 0) return never;
  const std::int64_t interval_ms = std::max<std::int64_t>(hour_ms / rates.per_hour, 1);
  const auto over = std::int64_t{row.spent} + paid - rates.cap;
  const auto wait_ms = over * interval_ms - (now_ms - row.as_of_ms);
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(wait_ms, 1, never));
}

}  // namespace

BatchHash batch_hash(std::uint32_t epoch, ByteSpan elements) {
  std::array<std::uint8_t, 4> number;
  for (std::size_t i = 0; i < number.size(); ++i)
    number[i] = static_cast<std::uint8_t>(epoch >> (24 - 8 * i));
  const auto digest = crypto::blake2b({as_bytes("tern 1 batch"), number, elements});
  return *BatchHash::from(digest.span().first(BatchHash::size_bytes));
}

Charge charge(const std::optional<MeterRow>& before, std::int64_t now_ms, MeterRates rates,
              std::uint32_t current, const MeteredBatch& batch) {
  Charge out;
  auto row = before.value_or(MeterRow{});
  if (before && row.last_batch == batch.hash) {
    out.granted = out.repeated = true;
    return out;
  }
  decay(row, now_ms, rates.per_hour);
  enter_epoch(row, current);
  const bool newest = batch.epoch == current;
  const auto free = newest ? std::min(row.free_left, batch.elements) : 0;
  const auto paid = batch.elements - free;
  const auto room = rates.cap - std::min(rates.cap, row.spent);
  if (paid > room) {
    out.fit = plus(newest ? row.free_left : 0, room);
    out.wait_ms = wait_until_fits(row, now_ms, rates, paid);
    return out;
  }
  row.spent += paid;
  if (newest) {
    row.free_left -= free;
    row.evaluated = plus(row.evaluated, batch.elements);
  } else {
    // It will be asked for in the newest epoch too, and was charged in the one before.
    row.free_left = plus(row.free_left, batch.elements);
  }
  row.last_batch = batch.hash;
  out.granted = true;
  out.after = row;
  return out;
}

}  // namespace tern::relay
