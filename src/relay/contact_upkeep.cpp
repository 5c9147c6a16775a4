#include "relay/contact_upkeep.hpp"

#include <algorithm>

#include "base/try.hpp"
#include "relay/code_sends.hpp"
#include "relay/deletion.hpp"
#include "relay/directory_reading.hpp"
#include "relay/numbers.hpp"

namespace tern::relay {
namespace {

constexpr std::size_t erased_per_run_max = 1'000;
constexpr std::size_t swept_per_run_max = 500;
// Not for one change each.
constexpr std::uint64_t changes_slack = 1'024;
constexpr std::int64_t contact_sweep_interval_ms = 3'600'000;
constexpr std::int64_t failed_delay_ms = 1'000;
constexpr std::int64_t chunks_delay_ms = 200;

}  // namespace

void ContactUpkeep::take(Now now, const Batch& batch) {
  if (batch.directory_changed || batch.accounts_deleted) at_ms_ = std::min(at_ms_, now.mono_ms);
}

Result<void> ContactUpkeep::run(Context& context) {
  more_ = waits_ = false;
  if (rotation_.has_step()) {
    TERN_TRY(rotation_.run(context));
  }
  TERN_ASSIGN(const auto deleting, erase_deleted(context));
  TERN_ASSIGN(const bool erasing, erase_dead_epochs(context));
  TERN_ASSIGN(const bool forgetting, forget_changes(context));
  TERN_ASSIGN(const bool sweeping, sweep(context));
  more_ = deleting == Remaining::more || erasing || forgetting || sweeping;
  waits_ = deleting == Remaining::waits_for_chunks;
  return {};
}

void ContactUpkeep::keep(Now now) {
  if (rotation_.has_step()) rotation_.keep();
  at_ms_ = waits_ ? now.mono_ms + chunks_delay_ms : never_ms;
  if (more_ || rotation_.has_step()) at_ms_ = now.mono_ms;
  sweep_at_ms_ = now.mono_ms + contact_sweep_interval_ms;
}

void ContactUpkeep::postpone(Now now) {
  at_ms_ = now.mono_ms + failed_delay_ms;
  sweep_at_ms_ = std::max(sweep_at_ms_, at_ms_);
}

Result<bool> ContactUpkeep::erase_dead_epochs(Context& context) {
  TERN_ASSIGN(const auto epochs, context.store.epochs());
  for (const auto& row : epochs) {
    if (row.stage != EpochStage::dead) continue;
    TERN_ASSIGN(const auto erased, context.store.erase_rows_of(row.epoch, erased_per_run_max));
    if (erased < erased_per_run_max) TERN_TRY(context.store.erase_epoch(row.epoch));
    return true;
  }
  return false;
}

Result<bool> ContactUpkeep::forget_changes(Context& context) {
  TERN_ASSIGN(const auto epochs, context.store.epochs());
  for (const auto& row : epochs) {
    TERN_ASSIGN(const auto state, context.store.directory(row.epoch));
    const auto kept = changes_kept(state.members);
    const auto newest = changes_before(state.version);
    const auto there = newest - changes_before(state.first_kept);
    if (row.stage == EpochStage::dead || there < kept + changes_slack) continue;
    const auto to = ((newest - kept + 1) << version_drawn_bits) - 1;
    TERN_ASSIGN(const auto forgotten,
                context.store.forget_changes(row.epoch, to, erased_per_run_max));
    if (forgotten > 0) return true;
  }
  return false;
}

// Written two days ago at least: nothing of it counts any more, unless it was written again since,
// and then there is another day for it.
Result<bool> ContactUpkeep::sweep(Context& context) {
  const auto today = day_of(context.wall_s());
  TERN_ASSIGN(const auto dues, context.store.contact_dues(today, swept_per_run_max));
  for (const auto& due : dues) {
    TERN_TRY(context.store.erase_contact_due(due));
    if (due.verification) {
      const auto& [account, number] = *due.verification;
      TERN_ASSIGN(const auto sealed, context.store.verification(account, number));
      if (!sealed) continue;
      TERN_ASSIGN(const auto verification,
                  context.contacts.keys.open_verification(account, number, *sealed));
      if (verification.expires_s <= context.wall_s())
        TERN_TRY(context.store.erase_verification(account, number));
      continue;
    }
    TERN_ASSIGN(const auto sends, context.store.sends(due.sends));
    if (!sends.empty() && sends.back() <= context.wall_s() - sends_window_s)
      TERN_TRY(context.store.put_sends(due.sends, {}));
  }
  return dues.size() == swept_per_run_max;
}

}  // namespace tern::relay
