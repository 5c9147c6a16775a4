// create_log and append: the checks. What they let through, append_plan carries out.
#include <algorithm>

#include "base/deliberate_fault.hpp"
#include "base/try.hpp"
#include "crypto/log_id.hpp"
#include "relay/append_plan.hpp"
#include "relay/contacts.hpp"
#include "relay/log_heads.hpp"
#include "relay/repeated_append.hpp"

namespace tern::relay {
namespace {

wire::Answer stale(const LogState& state) {
  wire::Refused refused;
  refused.code = Errc::stale;
  refused.base = state.base;
  refused.head = state.head;
  return refused;
}

// One that was struck since is told no more of the log than it may read.
wire::Answer appended_before(const Context& context, const AppendPlan& plan, const LogState& state,
                             const Membership& author, const Repeated& repeated) {
  wire::Appended appended;
  appended.first_seq = repeated.first_seq;
  appended.hash = repeated.restart_hash;
  appended.head = readable_to(state, author);
  appended.base = std::min(state.base, appended.head);
  if (repeated.first_seq + plan.entries.size() - 1 == state.head)
    appended.seal = context.contacts.keys.head_seal(plan.log, state);
  return appended;
}

// The design's section 4: signed, by the device itself, at most once a day unless a commit has
// added it since, and by a struck one only as long as the log is kept for it.
Result<void> check_rejoin(Context& context, const LogId& log, const DeviceId& device,
                          const Membership& membership, const wire::RejoinRequest& request) {
  if (request.log != log || request.device != device || request.key_package.empty())
    return Errc::rejoin_refused;
  const auto retention_s = context.limits.retention_days * day_s;
  if (!membership.on_list() && context.wall_s() - membership.struck_s > retention_s)
    return Errc::rejoin_refused;
  const auto since_last_s = context.wall_s() - membership.rejoin_s;
  if (membership.rejoin_s != 0 && since_last_s < day_s)
    return Error(Errc::rejoin_refused)
        .with_retry_after(
            std::chrono::seconds(std::clamp<std::int64_t>(day_s - since_last_s, 0, day_s)));
  TERN_ASSIGN(const auto row, context.store.device(device));
  if (!row) return Errc::not_registered;
  const crypto::Signature signature{request.signature.bytes};
  if (!crypto::verify(row->device_key, wire::signed_bytes(request), signature))
    return Errc::signature_invalid;
  return {};
}

// The design's section 4: any member's commit restores the list. When somebody has lied all others
// off it, only they are left to say so: the answer to a strike is a commit that names the whole
// list, written under the entry that struck, in place of that day's request to rejoin.
bool answers_strike(const Context& context, const AppendPlan& plan) {
  const auto& first = plan.entries.front();
  const auto& membership = plan.membership;
  return !membership.on_list() && first.is_commit() &&
         first.access.mode == wire::AccessChange::Mode::set &&
         context.wall_s() - membership.struck_s <= context.limits.retention_days * day_s &&
         (membership.rejoin_s == 0 || context.wall_s() - membership.rejoin_s >= day_s);
}

// Whether its author may begin it only members can judge; that it is the next one anybody can.
Result<void> check_restart(const AppendPlan& plan) {
  const auto& first = plan.entries.front();
  const bool is_next = first.restarts == plan.before.generation + 1;
  if (first.entry->kind == wire::EntryKind::restart && !is_next) return Errc::malformed;
  return {};
}

// Others are about to show how far the log had come.
Result<void> check_not_recovering(Context& context, const LogId& log) {
  const auto wait_ms = context.recoveries.wait_ms(context.now.mono_ms, log);
  if (wait_ms == 0) return {};
  return Error(Errc::reserved).with_retry_after(std::chrono::milliseconds(wait_ms));
}

Result<void> check_not_reserved(Context& context, const AppendPlan& plan) {
  const bool commits = std::any_of(plan.entries.begin(), plan.entries.end(),
                                   [](const ParsedEntry& parsed) { return parsed.is_commit(); });
  if (!commits) return {};
  const auto wait_ms = context.reservations.wait_ms(context.now.mono_ms, plan.log, plan.author);
  if (wait_ms > 0)
    return Error(Errc::reserved).with_retry_after(std::chrono::milliseconds(wait_ms));
  context.reservations.stage_release(context.now.mono_ms, plan.log, plan.author);
  return {};
}

// Whoever made a group under the id of a chat of two, or of an inbox, would keep them out of it.
Result<void> check_id(const wire::CreateLog& request, const AccountId& creator) {
  if (!request.pair) {
    if (crypto::kind_of(request.log) != crypto::LogIdKind::group) return Errc::malformed;
    return {};
  }
  const auto& [a, b] = *request.pair;
  // Whoever is not one of the two would take their chat's place.
  if (a == b || request.log != crypto::pair_log_id(a, b)) return Errc::malformed;
  if (creator != a && creator != b) return Errc::not_member;
  return {};
}

}  // namespace

Result<Membership> membership_in(Context& context, const LogId& log, const DeviceId& device) {
  TERN_ASSIGN(const auto membership, context.store.member(log, device));
  if (!membership) return Errc::not_member;
  return *membership;
}

Result<wire::Answer> append(Context& context, const Caller& caller, const wire::Append& request) {
  AppendPlan plan;
  plan.log = request.log;
  plan.author = caller.identity.device;
  plan.account = caller.identity.account;
  plan.welcomes = request.welcomes;
  TERN_ASSIGN(plan.entries, parse_entries(request.entries));
  TERN_ASSIGN(plan.membership, membership_in(context, request.log, plan.author));
  TERN_ASSIGN(const auto state, context.store.log(request.log));
  if (!state || state->kind != LogKind::chat) return Errc::not_member;
  plan.before = *state;

  TERN_ASSIGN(const auto repeated,
              find_repeated(context.store, plan.log, plan.before, plan.membership, plan.entries));
  if (repeated.entries == plan.entries.size())
    return appended_before(context, plan, plan.before, plan.membership, repeated);
  TERN_TRY(check_not_recovering(context, plan.log));
  const auto& rejoin = plan.entries.front().rejoin;
  const bool answers = answers_strike(context, plan);
  if (!plan.membership.on_list() && !rejoin && !answers) return Errc::not_member;
  // Some but not all are there: their author has not read them yet. It reads on and sends the rest.
  if (repeated.entries > 0) return stale(plan.before);
  if (rejoin) {
    TERN_TRY(check_rejoin(context, plan.log, plan.author, plan.membership, *rejoin));
  } else if (!is_deliberate(DeliberateFault::base_not_checked) &&
             request.base != (answers ? plan.membership.struck_seq : plan.before.base)) {
    return answers ? Result<wire::Answer>(Errc::not_member) : stale(plan.before);
  }
  TERN_TRY(check_restart(plan));
  TERN_TRY(plan_access(context, plan));
  TERN_TRY(check_not_reserved(context, plan));
  context.batch.raise_counter(plan.author, request.store_counter);
  TERN_ASSIGN(auto appended, carry_out(context, plan));
  return wire::Answer(std::move(appended));
}

Result<wire::Answer> create_log(Context& context, const Caller& caller,
                                const wire::CreateLog& request) {
  AppendPlan plan;
  plan.log = request.log;
  plan.author = caller.identity.device;
  plan.account = caller.identity.account;
  plan.welcomes = {&request.welcomes, 1};
  TERN_ASSIGN(plan.entries, parse_entries({&request.first, 1}));
  if (request.first.kind != wire::EntryKind::commit) return Errc::malformed;
  TERN_TRY(check_id(request, caller.identity.account));
  TERN_ASSIGN(const auto present, context.store.log(request.log));
  if (present) {
    TERN_ASSIGN(const auto membership, context.store.member(request.log, plan.author));
    if (!membership) return Errc::log_exists;
    TERN_ASSIGN(const auto repeated,
                find_repeated(context.store, plan.log, *present, *membership, plan.entries));
    if (repeated.entries == 0) return Errc::log_exists;
    // Its Resume did not name the log, and it may have nothing to read in it now that it knows.
    context.batch.created_before.emplace_back(caller.session.connection, plan.log);
    return appended_before(context, plan, *present, *membership, repeated);
  }
  plan.before.members = 1;
  TERN_TRY(plan_access(context, plan));
  TERN_TRY(context.store.create_log(plan.log, plan.before));
  context.batch.changed_access.insert(plan.log);
  context.batch.log_lines.push_back("log created log=" + context.events.tag(plan.log) +
                                    " members=" + std::to_string(plan.members_after));
  TERN_ASSIGN(auto appended, carry_out(context, plan));
  return wire::Answer(std::move(appended));
}

Result<wire::Answer> reserve(Context& context, const Caller& caller, const wire::Reserve& request) {
  const auto& device = caller.identity.device;
  TERN_ASSIGN(const auto membership, membership_in(context, request.log, device));
  TERN_ASSIGN(const auto state, context.store.log(request.log));
  if (!membership.on_list() || !state || state->kind != LogKind::chat) return Errc::not_member;
  const auto wait_ms = context.reservations.hold_wait_ms(context.now.mono_ms, request.log, device);
  if (wait_ms > 0)
    return Error(Errc::reserved).with_retry_after(std::chrono::milliseconds(wait_ms));
  context.reservations.stage_hold(context.now.mono_ms, request.log, device);
  return wire::Answer(wire::Done{});
}

Result<wire::Answer> read_members(Context& context, const Caller& caller,
                                  const wire::ReadMembers& request) {
  TERN_ASSIGN(const auto membership, membership_in(context, request.log, caller.identity.device));
  TERN_ASSIGN(const auto state, context.store.log(request.log));
  if (!membership.on_list() || !state || state->kind != LogKind::chat) return Errc::not_member;
  TERN_ASSIGN(const auto list, context.access_list(request.log));
  return wire::Answer(wire::Members{{list->begin(), list->end()}});
}

}  // namespace tern::relay
