// What the relay does without haste: writing down acks and store counters, and forgetting entries
// that everybody has or that are too old, and blobs.
#pragma once

#include <map>
#include <unordered_map>

#include "base/clock.hpp"
#include "relay/batch.hpp"
#include "relay/blob_upkeep.hpp"
#include "tern/relay.hpp"

namespace tern::relay {

/// Acks and counters reach the store at most so much later; until then they are in memory only,
/// which loses nothing but the relay's leave to forget.
inline constexpr std::int64_t ack_delay_ms = 1'000;

class Upkeep {
 public:
  /// Whether more acks, and more of this device, can be taken before some are written.
  bool has_room(const DeviceId& device) const;
  /// The highest store counter of the device that is not yet in the store.
  std::uint64_t counter_heard(const DeviceId& device) const;
  /// After a batch is on the disk: what its requests brought.
  void take(Now now, const Batch& batch);

  bool due(Now now) const { return now.mono_ms >= next_deadline(); }
  /// Monotonic; never_ms.
  std::int64_t next_deadline() const;

  /// A bounded share of what is due, inside a transaction. Stages what it did.
  Result<void> run(LogTransaction& store, Now now, const RelayLimits& limits);
  void keep(Now now);
  /// The transaction failed: all of it again, a little later.
  void postpone(Now now);

 private:
  using AckKey = std::pair<LogId, DeviceId>;
  using Acks = std::map<AckKey, std::uint64_t>;

  Result<void> write_acks(LogTransaction& store, Now now);
  Result<void> write_ack(LogTransaction& store, Now now, const AckKey& key, std::uint64_t seq);
  void drop_ack(Acks::iterator ack);
  Result<void> write_counters(LogTransaction& store);
  Result<void> prune_acked(LogTransaction& store, Now now);
  /// Whether nothing is left of it to do.
  Result<bool> prune_log(LogTransaction& store, Now now, const LogId& log);
  Result<void> sweep(LogTransaction& store, Now now, const RelayLimits& limits);
  Result<bool> sweep_log(LogTransaction& store, const LogTransaction::Expiry& expiry);

  Acks acks_;
  std::unordered_map<DeviceId, std::uint32_t> acks_of_;
  AckKey last_written_;  ///< a run goes on after it, so that each ack has its turn
  std::unordered_map<DeviceId, std::uint64_t> counters_;
  std::int64_t write_at_ms_ = never_ms;
  /// Logs in which a cursor moved -> when to look whether entries can go.
  std::map<LogId, std::int64_t> prunable_;
  std::int64_t prune_at_ms_ = never_ms;
  std::int64_t sweep_at_ms_ = 0;
  bool sweeping_ = false;  ///< there is more than one run's share
  BlobUpkeep blobs_;

  // Of the present run.
  struct Run {
    AckKey last_written;
    std::vector<std::pair<AckKey, std::uint64_t>> acks;
    std::vector<std::pair<DeviceId, std::uint64_t>> counters;
    std::map<LogId, std::optional<std::int64_t>> prunable;  // nullopt: done
    std::size_t forget_left = 0;
    std::size_t members_left = 0;
    std::int64_t sweep_at_ms = 0;
    bool sweeping = false;
  };
  Run run_;
};

}  // namespace tern::relay
