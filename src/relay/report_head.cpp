// report_head: the relay was put back to an older copy, and a device shows what it had been told.
// The log jumps past the highest head that is reported, and an entry marks the hole.
#include <algorithm>

#include "base/try.hpp"
#include "crypto/log_id.hpp"
#include "relay/append_plan.hpp"
#include "relay/contacts.hpp"
#include "relay/log_heads.hpp"
#include "relay/numbering.hpp"

namespace tern::relay {
namespace {

// Only what this relay has sealed counts: a member who lies about a head could burn the seqs of a
// log, or make everybody else believe that they have missed a commit.
bool was_said(const Context& context, const wire::ReportHead& report) {
  return report.head.seal != 0 &&
         report.head.seal == context.contacts.keys.head_seal(report.log, report.head);
}

// Whoever was let in by an entry that is lost was a member when it had read so far. If somebody has
// taken it out since, the members' next commit says so.
Result<void> let_back_in(Context& context, const LogId& log, const DeviceId& device,
                         std::uint64_t acked) {
  TERN_ASSIGN(const auto before, context.store.member(log, device));
  auto membership = before.value_or(Membership{});
  membership.acked = std::max(membership.acked, acked);
  membership.struck_seq = 0;
  membership.struck_s = 0;
  context.batch.changed_access.insert(log);
  return context.store.put_member(log, device, membership);
}

Result<void> let_back_in(Context& context, const LogId& log, std::span<const DeviceId> devices,
                         LogState& state, std::uint64_t acked) {
  for (const auto& device : devices) {
    TERN_ASSIGN(const auto membership, context.store.member(log, device));
    if (membership && membership->on_list()) continue;
    if (state.members >= limits::chat_devices_max) return Errc::chat_too_large;
    ++state.members;
    TERN_TRY(let_back_in(context, log, device, acked));
  }
  return {};
}

void note_hole(Context& context, const LogId& log, const LogState& state, const EntryRow& row) {
  auto& news = context.batch.news_of(log);
  news.state = state;
  news.seal = context.contacts.keys.head_seal(log, state);
  wire::Entry entry;
  entry.seq = row.seq;
  entry.id = row.id;
  entry.kind = row.kind;
  entry.base = row.base;
  entry.payload = row.payload;
  news.entries.push_back({entry, {}});
  ++context.batch.entries_stored;
  context.batch.log_lines.push_back("log recovered log=" + context.events.tag(log) +
                                    " lost=" + std::to_string(state.lost_first) + "-" +
                                    std::to_string(state.lost_last));
}

Result<void> go_on_after(Context& context, const LogId& log, const std::optional<LogState>& known,
                         const Recovery& recovery) {
  const auto before = known.value_or(LogState{});
  if (!known) TERN_TRY(context.store.create_log(log, before));
  auto after = before;
  // Whoever reports late was on the history before the hole that there is: for them it began there.
  after.lost_first = before.lost_first != 0 ? before.lost_first : before.head + 1;
  after.lost_last = recovery.head.seq;
  after.head = recovery.head.seq;
  after.hash = recovery.head.hash;
  after.base = recovery.head.base;
  after.base_hash = recovery.head.base_hash;
  after.generation = recovery.head.generation;
  EntryRow row;
  row.id = context.entropy.make<EntryId>();
  row.kind = wire::EntryKind::hole;
  row.stored_s = context.wall_s();
  row.payload = context.batch.keep(
      wire::encode(wire::Hole{after.lost_first, after.generation, after.hash, after.base_hash}));
  number(after, row);
  TERN_TRY(let_back_in(context, log, recovery.devices, after, recovery.head.seq));
  TERN_TRY(note_expiry(context, log, after));
  TERN_TRY(context.store.append(log, before, after, {&row, 1}));
  note_hole(context, log, after, row);
  return {};
}

// The log stands higher than what is reported: it goes on already, or nothing was lost.
Result<wire::Answer> is_known(Context& context, const DeviceId& device, const LogState& state,
                              const wire::ReportHead& report) {
  TERN_ASSIGN(const auto membership, context.store.member(report.log, device));
  if (membership && membership->on_list()) {
    TERN_ASSIGN(const bool same,
                hash_matches(context.store, report.log, state, report.head.seq, report.head.hash));
    // The log has gone on without what this device has.
    return same ? Result<wire::Answer>(wire::Done{}) : Errc::log_forked;
  }
  const auto seq = report.head.seq;
  const bool was_lost = state.lost_first <= seq && seq <= state.lost_last;
  if (!was_lost || !was_said(context, report)) return Errc::not_member;
  auto after = state;
  const DeviceId devices[] = {device};
  TERN_TRY(let_back_in(context, report.log, devices, after, seq));
  TERN_TRY(context.store.append(report.log, state, after, {}));
  return wire::Answer(wire::Done{});
}

}  // namespace

Result<wire::Answer> report_head(Context& context, const Caller& caller,
                                 const wire::ReportHead& request) {
  const auto& log = request.log;
  TERN_ASSIGN(const auto state, context.store.log(log));
  if (state && state->kind != LogKind::chat) return Errc::not_member;
  if (state && state->head >= request.head.seq)
    return is_known(context, caller.identity.device, *state, request);
  if (!was_said(context, request)) return Errc::not_member;
  auto& recoveries = context.recoveries;
  recoveries.stage_report(context.now.mono_ms, log, request.head, caller.identity.device);
  const auto wait_ms = recoveries.wait_ms(context.now.mono_ms, log);
  if (wait_ms > 0)
    return Error(Errc::reserved).with_retry_after(std::chrono::milliseconds(wait_ms));
  TERN_TRY(go_on_after(context, log, state, Recovery(*recoveries.find(log))));
  recoveries.stage_end(log);
  return wire::Answer(wire::Done{});
}

}  // namespace tern::relay
