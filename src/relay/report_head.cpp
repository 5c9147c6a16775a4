// report_head: the relay was put back to an older copy, and a device shows what it had been told.
// The log jumps past the highest head that is reported, and an entry marks the hole.
#include <algorithm>

#include "base/try.hpp"
#include "crypto/log_id.hpp"
#include "relay/append_plan.hpp"
#include "relay/contacts.hpp"
#include "relay/entry_frames.hpp"
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

// Whoever was let in by an entry that is lost was a member when it had read so far. Of whom a row
// is left, it says where the members have put them.
Result<bool> may_come_back(Context& context, const LogId& log, const DeviceId& device) {
  TERN_ASSIGN(const auto membership, context.store.member(log, device));
  if (membership) return false;
  TERN_ASSIGN(const auto registered, context.store.device(device));
  return registered && !registered->revoked;
}

// For whom there is no room the members' next commit makes some, or not.
Result<void> let_back_in(Context& context, const LogId& log, std::span<const DeviceId> devices,
                         LogState& state, std::uint64_t acked) {
  for (const auto& device : devices) {
    if (state.members >= limits::chat_devices_max) return {};
    TERN_ASSIGN(const bool may, may_come_back(context, log, device));
    if (!may) continue;
    ++state.members;
    Membership membership;
    membership.acked = acked;
    context.batch.changed_access.insert(log);
    TERN_TRY(context.store.put_member(log, device, membership));
  }
  return {};
}

// Where the log stops being the one that the reported head is of. Has something else been committed
// since, or the group been begun once more on a relay that had lost it, then the list is another
// one from the reported base on.
std::uint64_t first_lost(const LogState& before, const wire::SealedHead& head) {
  const auto next = before.head + 1;
  const bool same = head.base == before.base && head.base_hash == before.base_hash;
  return same ? next : std::clamp<std::uint64_t>(head.base, 1, next);
}

void note_hole(Context& context, const LogId& log, const LogState& state, const EntryRow& row) {
  auto& news = context.batch.news_of(log);
  news.state = state;
  news.seal = context.contacts.keys.head_seal(log, state);
  news.entries.push_back({entry_of(row), {}});
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
  const auto lost = first_lost(before, recovery.head);
  // Whoever reports late was on the history before the hole that there is: for them it began there.
  const bool hole_is_kept = before.lost_first != 0 && before.first_kept <= before.lost_last + 1;
  after.lost_first = hole_is_kept ? std::min(before.lost_first, lost) : lost;
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
  if (list_is_lost(after))
    TERN_TRY(let_back_in(context, log, recovery.devices, after, recovery.head.seq));
  TERN_TRY(note_expiry(context, log, after));
  TERN_TRY(context.store.append(log, before, after, {&row, 1}));
  note_hole(context, log, after, row);
  return {};
}

// The log stands higher than what is reported: it goes on already, or nothing was lost.
Result<wire::Answer> is_known(Context& context, const DeviceId& device,
                              const std::optional<Membership>& membership, const LogState& state,
                              const wire::ReportHead& report) {
  const auto seq = report.head.seq;
  if (membership) {
    TERN_ASSIGN(const bool same,
                hash_matches(context.store, report.log, state, seq, report.head.hash));
    // The log has gone on without what this device has.
    return same ? Result<wire::Answer>(wire::Done{}) : Errc::log_forked;
  }
  const bool was_lost = state.lost_first <= seq && seq <= state.lost_last && list_is_lost(state);
  if (!was_lost || !was_said(context, report)) return Errc::not_member;
  auto after = state;
  const DeviceId devices[] = {device};
  TERN_TRY(let_back_in(context, report.log, devices, after, seq));
  if (after.members == state.members) return Errc::not_member;
  TERN_TRY(context.store.append(report.log, state, after, {}));
  return wire::Answer(wire::Done{});
}

}  // namespace

Result<wire::Answer> report_head(Context& context, const Caller& caller,
                                 const wire::ReportHead& request) {
  const auto& log = request.log;
  const auto& device = caller.identity.device;
  TERN_ASSIGN(const auto state, context.store.log(log));
  TERN_ASSIGN(const auto membership, context.store.member(log, device));
  if (state && state->kind != LogKind::chat) return Errc::not_member;
  // Whom the members have taken out would bring back a history in which they had not.
  if (membership && !membership->on_list()) return Errc::not_member;
  if (state && state->head >= request.head.seq)
    return is_known(context, device, membership, *state, request);
  if (!was_said(context, request)) return Errc::not_member;
  auto& recoveries = context.recoveries;
  recoveries.stage_report(context.now.mono_ms, log, request.head, device);
  const auto wait_ms = recoveries.wait_ms(context.now.mono_ms, log);
  if (wait_ms > 0)
    return Error(Errc::reserved).with_retry_after(std::chrono::milliseconds(wait_ms));
  TERN_TRY(go_on_after(context, log, state, Recovery(*recoveries.find(log))));
  recoveries.stage_end(log);
  TERN_ASSIGN(const auto now_in, context.store.member(log, device));
  if (now_in) return wire::Answer(wire::Done{});
  // Others have shown more, and it goes on for them: for this device as if it came a moment later.
  TERN_ASSIGN(const auto now, context.store.log(log));
  return is_known(context, device, now_in, *now, request);
}

}  // namespace tern::relay
