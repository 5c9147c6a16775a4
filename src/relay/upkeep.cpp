#include "relay/upkeep.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "relay/refusal.hpp"

namespace tern::relay {
namespace {

// In memory. One device's are no more than one Ack of all its logs.
constexpr std::size_t acks_max = 262'144;
constexpr std::uint32_t acks_of_device_max = limits::resume_logs_max;

// One run's share, so that it holds up no answer for long.
constexpr std::size_t acks_per_run_max = 4'096;
constexpr std::size_t forget_per_run_max = 1'000;
constexpr std::size_t members_per_run_max = 8'192;
constexpr std::size_t swept_logs_per_run_max = 16;

// Asking every member of a large chat how far it is costs more than keeping its entries a while.
constexpr std::uint32_t small_chat_devices_max = 64;
constexpr std::int64_t large_chat_prune_delay_ms = 60'000;
constexpr std::int64_t sweep_interval_ms = 3'600'000;

// Nothing of one log is worth a batch of everybody's: unless it is the store that fails, the log is
// set aside.
Result<bool> or_set_aside(Result<bool> done) {
  if (done || ends_batch(done.error().errc())) return done;
  return true;
}

// How long what a struck device has not read is kept as for a member: a false change is taken back
// by the next commit of anybody.
constexpr std::int64_t struck_grace_s = day_s;
// Looked at in one go.
constexpr std::size_t struck_max = 4'096;

// Up to where the log may go as far as it depends on one who was struck.
std::uint64_t needed_from(const Membership& struck, std::int64_t wall_s) {
  const bool in_grace = wall_s - struck.struck_s < struck_grace_s;
  // It may still fetch what was written while it was in.
  if (in_grace || struck.acked < struck.struck_seq) return struck.acked;
  return UINT64_MAX;
}

}  // namespace

std::uint64_t Upkeep::counter_heard(const DeviceId& device) const {
  const auto found = counters_.find(device);
  return found != counters_.end() ? found->second : 0;
}

bool Upkeep::has_room(const DeviceId& device) const {
  const auto of_device = acks_of_.find(device);
  return acks_.size() < acks_max &&
         (of_device == acks_of_.end() || of_device->second < acks_of_device_max);
}

void Upkeep::take(Now now, const Batch& batch) {
  for (const auto& ack : batch.acks) {
    const auto [place, is_new] = acks_.try_emplace({ack.log, ack.device}, ack.seq);
    if (is_new) ++acks_of_[ack.device];
    place->second = std::max(place->second, ack.seq);
  }
  for (const auto& [device, counter] : batch.store_counters) {
    auto& highest = counters_[device];
    highest = std::max(highest, counter);
  }
  blobs_.take(now, batch);
  const bool waits = !acks_.empty() || !counters_.empty();
  if (waits && write_at_ms_ == never_ms) write_at_ms_ = now.mono_ms + ack_delay_ms;
}

// A sweep waits for a batch, of which a relay in use has enough; one that was begun goes on.
std::int64_t Upkeep::next_deadline() const {
  return std::min(
      {write_at_ms_, prune_at_ms_, sweeping_ ? sweep_at_ms_ : never_ms, blobs_.next_deadline()});
}

Result<void> Upkeep::run(LogTransaction& store, Now now, const RelayLimits& limits) {
  run_ = {};
  run_.forget_left = forget_per_run_max;
  run_.members_left = members_per_run_max;
  run_.last_written = last_written_;
  run_.sweep_at_ms = sweep_at_ms_;
  run_.sweeping = sweeping_;
  if (now.mono_ms >= write_at_ms_) {
    TERN_TRY(write_acks(store, now));
    TERN_TRY(write_counters(store));
  }
  if (now.mono_ms >= prune_at_ms_ || !run_.prunable.empty()) TERN_TRY(prune_acked(store, now));
  if (now.mono_ms >= sweep_at_ms_) TERN_TRY(sweep(store, now, limits));
  return blobs_.run(store, now);
}

void Upkeep::keep(Now now) {
  for (const auto& [key, seq] : run_.acks) {
    const auto found = acks_.find(key);
    if (found != acks_.end() && found->second <= seq) drop_ack(found);
  }
  last_written_ = run_.last_written;
  for (const auto& [device, counter] : run_.counters) {
    const auto found = counters_.find(device);
    if (found != counters_.end() && found->second <= counter) counters_.erase(found);
  }
  for (const auto& [log, at_ms] : run_.prunable) {
    if (at_ms)
      prunable_[log] = *at_ms;
    else
      prunable_.erase(log);
  }
  if (now.mono_ms >= write_at_ms_) {
    const bool more = !acks_.empty() || !counters_.empty();
    write_at_ms_ = more ? now.mono_ms : never_ms;
  }
  prune_at_ms_ = never_ms;
  for (const auto& [log, at_ms] : prunable_) prune_at_ms_ = std::min(prune_at_ms_, at_ms);
  sweep_at_ms_ = run_.sweep_at_ms;
  sweeping_ = run_.sweeping;
  blobs_.keep();
  run_ = {};
}

void Upkeep::drop_ack(Acks::iterator ack) {
  const auto of_device = acks_of_.find(ack->first.second);
  if (--of_device->second == 0) acks_of_.erase(of_device);
  acks_.erase(ack);
}

void Upkeep::postpone(Now now) {
  run_ = {};
  const auto later_ms = now.mono_ms + ack_delay_ms;
  if (write_at_ms_ != never_ms) write_at_ms_ = std::max(write_at_ms_, later_ms);
  if (prune_at_ms_ != never_ms) prune_at_ms_ = std::max(prune_at_ms_, later_ms);
  sweep_at_ms_ = std::max(sweep_at_ms_, later_ms);
  blobs_.postpone(later_ms);
}

Result<void> Upkeep::write_acks(LogTransaction& store, Now now) {
  auto ack = acks_.upper_bound(last_written_);
  const auto count = std::min(acks_.size(), acks_per_run_max);
  for (std::size_t i = 0; i < count; ++i, ++ack) {
    if (ack == acks_.end()) ack = acks_.begin();
    TERN_TRY(write_ack(store, now, ack->first, ack->second));
    run_.acks.push_back(*ack);
    run_.last_written = ack->first;
  }
  return {};
}

Result<void> Upkeep::write_ack(LogTransaction& store, Now now, const AckKey& key,
                               std::uint64_t seq) {
  const auto& [log, device] = key;
  TERN_ASSIGN(const auto state, store.log(log));
  if (!state) return {};
  // What is not there yet cannot have been applied.
  TERN_TRY(store.advance_cursor(log, device, std::min(seq, state->head)));
  const bool small = state->members <= small_chat_devices_max;
  if (small || !prunable_.count(log))
    run_.prunable[log] = now.mono_ms + (small ? 0 : large_chat_prune_delay_ms);
  return {};
}

Result<void> Upkeep::write_counters(LogTransaction& store) {
  for (const auto& [device, counter] : counters_) {
    if (run_.counters.size() == acks_per_run_max) break;
    // Of a deleted one nothing is written any more.
    TERN_ASSIGN(const auto known, store.device(device));
    if (known) TERN_TRY(store.raise_store_counter(device, counter));
    run_.counters.emplace_back(device, counter);
  }
  return {};
}

Result<void> Upkeep::prune_acked(LogTransaction& store, Now now) {
  std::vector<LogId> due;
  for (const auto& [log, at_ms] : prunable_) {
    if (at_ms <= now.mono_ms && !run_.prunable.count(log)) due.push_back(log);
  }
  for (const auto& [log, at_ms] : run_.prunable) {
    if (at_ms && *at_ms <= now.mono_ms) due.push_back(log);
  }
  for (const auto& log : due) {
    if (run_.forget_left == 0 || run_.members_left == 0) {
      run_.prunable[log] = now.mono_ms;
      continue;
    }
    TERN_ASSIGN(const bool done, or_set_aside(prune_log(store, now, log)));
    run_.prunable[log] = done ? std::nullopt : std::optional(now.mono_ms);
  }
  return {};
}

Result<bool> Upkeep::prune_log(LogTransaction& store, Now now, const LogId& log) {
  TERN_ASSIGN(const auto state, store.log(log));
  if (!state) return true;
  auto applied_by_all = state->head;
  std::size_t members = 0;
  const auto limit_to = [&](std::uint64_t seq) {
    ++members;
    applied_by_all = std::min(applied_by_all, seq);
    return applied_by_all < state->first_kept ? Scan::stop : Scan::next;
  };
  TERN_TRY(store.members(log, [&](const DeviceId&, const Membership& membership) {
    return limit_to(membership.acked);
  }));
  std::size_t struck = 0;
  TERN_TRY(store.struck(log, [&](const DeviceId&, const Membership& membership) {
    // Of more than can be asked, one may need everything.
    return limit_to(++struck <= struck_max ? needed_from(membership, now.wall_ms / 1000) : 0);
  }));
  run_.members_left -= std::min(run_.members_left, members);
  const auto share = run_.forget_left;
  TERN_ASSIGN(const auto forgotten, store.forget(log, applied_by_all, share));
  run_.forget_left -= forgotten;
  return forgotten < share;
}

// Rows name the logs that were written to on a day: only those are visited, when the day is past
// the retention.
Result<void> Upkeep::sweep(LogTransaction& store, Now now, const RelayLimits& limits) {
  const auto last_day = std::int64_t{day_of(now.wall_ms / 1000)} - limits.retention_days - 1;
  run_.sweep_at_ms = now.mono_ms + sweep_interval_ms;
  run_.sweeping = false;
  if (last_day < 0) return {};
  TERN_ASSIGN(const auto expired,
              store.expired(static_cast<std::uint32_t>(last_day), swept_logs_per_run_max));
  const auto go_on = [&] {
    run_.sweep_at_ms = now.mono_ms;
    run_.sweeping = true;
  };
  if (expired.size() == swept_logs_per_run_max) go_on();
  for (const auto& expiry : expired) {
    TERN_ASSIGN(const bool done, or_set_aside(sweep_log(store, expiry)));
    if (!done) {
      go_on();
      break;
    }
    TERN_TRY(store.erase_expiry(expiry));
  }
  return {};
}

Result<bool> Upkeep::sweep_log(LogTransaction& store, const LogTransaction::Expiry& expiry) {
  const auto too_old = [&expiry](std::int64_t seconds) { return day_of(seconds) <= expiry.day; };
  TERN_ASSIGN(const auto state, store.log(expiry.log));
  if (!state) return true;
  std::uint64_t last = 0;
  std::size_t seen = 0;
  TERN_TRY(store.read(expiry.log, state->first_kept, state->head, [&](const EntryRow& row) {
    if (!too_old(row.stored_s)) return Scan::stop;
    last = row.seq;
    return ++seen > run_.forget_left ? Scan::stop : Scan::next;
  }));
  TERN_ASSIGN(const auto forgotten, store.forget(expiry.log, last, run_.forget_left));
  run_.forget_left -= forgotten;
  if (seen > forgotten) return false;
  std::vector<DeviceId> long_struck;
  TERN_TRY(store.struck(expiry.log, [&](const DeviceId& device, const Membership& membership) {
    if (too_old(membership.struck_s)) long_struck.push_back(device);
    return long_struck.size() < struck_max ? Scan::next : Scan::stop;
  }));
  for (const auto& device : long_struck) TERN_TRY(store.erase_member(expiry.log, device));
  return long_struck.size() < struck_max;
}

}  // namespace tern::relay
