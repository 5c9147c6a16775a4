#include "relay/append_plan.hpp"

#include <algorithm>
#include <functional>

#include "base/deliberate_fault.hpp"
#include "base/try.hpp"
#include "relay/blobs.hpp"
#include "relay/contacts.hpp"
#include "relay/entry_frames.hpp"
#include "relay/log_heads.hpp"
#include "relay/numbering.hpp"
#include "relay/welcome_delivery.hpp"

namespace tern::relay {
namespace {

// What its owner could not read, it could neither apply nor let the relay forget.
bool is_readable(const wire::Welcomes& welcomes) {
  return std::all_of(welcomes.devices.begin(), welcomes.devices.end(), [&](const auto& welcome) {
    return wire::inbox_welcome_overhead_bytes + welcome.group_secrets.size() +
               welcomes.group_info.size() <=
           limits::welcome_bytes_max;
  });
}

// A Welcome for a device that the commit does not add would let any member fill any inbox.
Result<void> check_welcomes(const AppendPlan& plan) {
  std::vector<bool> seen(plan.entries.size());
  for (const auto& welcomes : plan.welcomes) {
    const auto index = welcomes.entry_index;
    if (index >= plan.entries.size() || seen[index] || !plan.entries[index].is_commit())
      return Errc::malformed;
    seen[index] = true;
    if (!is_readable(welcomes)) return Errc::entry_too_large;
    auto added = plan.entries[index].access.added;
    std::sort(added.begin(), added.end());
    std::vector<DeviceId> welcomed;
    for (const auto& welcome : welcomes.devices) welcomed.push_back(welcome.device);
    std::sort(welcomed.begin(), welcomed.end());
    const bool doubled = std::adjacent_find(welcomed.begin(), welcomed.end()) != welcomed.end();
    if (doubled || !std::includes(added.begin(), added.end(), welcomed.begin(), welcomed.end()))
      return Errc::access_change_invalid;
  }
  return {};
}

struct Numbered {
  std::vector<EntryRow> rows;
  std::vector<std::uint32_t> generations;  ///< the log's after each row
  LogState after;
};

Numbered number_entries(const Context& context, const AppendPlan& plan) {
  Numbered out;
  out.after = plan.before;
  out.rows.reserve(plan.entries.size());
  out.generations.reserve(plan.entries.size());
  for (const auto& parsed : plan.entries) {
    EntryRow row;
    row.id = parsed.entry->id;
    row.kind = parsed.entry->kind;
    row.author = plan.author;
    row.stored_s = context.wall_s();
    row.payload = parsed.entry->payload;
    number(out.after, row);
    out.rows.push_back(row);
    out.generations.push_back(out.after.generation);
  }
  out.after.members = plan.members_after;
  return out;
}

Result<void> admit(Context& context, const LogId& log, const DeviceId& device, std::uint64_t seq) {
  TERN_ASSIGN(const auto before, context.store.member(log, device));
  Membership membership = before.value_or(Membership{});
  // Its history begins with the commit that added it; but what it had not read when it was taken
  // out waits for it still, until it has acknowledged what comes after.
  if (membership.acked >= membership.struck_seq) membership.acked = seq;
  membership.struck_seq = 0;
  membership.struck_s = 0;
  // Its request was answered; when the answer is of no use to it, it asks again.
  membership.rejoin_s = 0;
  membership.joined = seq;
  return context.store.put_member(log, device, membership);
}

// It was in all the time, whatever the list said: what it has not read stays there for it.
Result<void> restore(Context& context, const LogId& log, const DeviceId& device) {
  TERN_ASSIGN(const auto before, context.store.member(log, device));
  Membership membership = before.value_or(Membership{});
  membership.struck_seq = 0;
  membership.struck_s = 0;
  return context.store.put_member(log, device, membership);
}

Result<void> strike(Context& context, const LogId& log, const DeviceId& device, std::uint64_t seq) {
  TERN_ASSIGN(const auto before, context.store.member(log, device));
  Membership membership = before.value_or(Membership{});
  membership.struck_seq = seq;
  membership.struck_s = context.wall_s();
  return context.store.put_member(log, device, membership);
}

bool is_for(const wire::Welcomes& welcomes, const DeviceId& device) {
  return std::any_of(welcomes.devices.begin(), welcomes.devices.end(),
                     [&](const auto& welcome) { return welcome.device == device; });
}

bool is_welcomed(const AppendPlan& plan, std::size_t entry, const DeviceId& device) {
  return std::any_of(plan.welcomes.begin(), plan.welcomes.end(), [&](const auto& welcomes) {
    return welcomes.entry_index == entry && is_for(welcomes, device);
  });
}

Result<void> change_access_list(Context& context, const AppendPlan& plan,
                                const std::vector<EntryRow>& rows) {
  auto& news = context.batch.news_of(plan.log);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& effect = plan.effects[i];
    for (const auto& device : effect.strikes) {
      TERN_TRY(strike(context, plan.log, device, rows[i].seq));
      news.struck.push_back({device, rows[i].seq});
    }
    for (const auto& device : effect.joins) {
      TERN_TRY(admit(context, plan.log, device, rows[i].seq));
      // Without a Welcome it learns from the commit itself that it was brought back in vain.
      const auto known_to = rows[i].seq - (is_welcomed(plan, i, device) ? 0 : 1);
      news.joined.push_back({device, known_to});
    }
    for (const auto& device : effect.restored) {
      TERN_TRY(restore(context, plan.log, device));
      news.restored.push_back({device, rows[i].seq});
    }
    if (!effect.joins.empty() || !effect.restored.empty() || !effect.strikes.empty())
      context.batch.changed_access.insert(plan.log);
  }
  return {};
}

bool is_restart(const AppendPlan& plan) {
  return plan.entries.front().entry->kind == wire::EntryKind::restart;
}

// A request to rejoin is for one generation: in the next one everybody may ask anew.
Result<void> let_ask_again(Context& context, const AppendPlan& plan) {
  for (const auto& device : plan.entries.front().access.added) {
    TERN_ASSIGN(auto membership, context.store.member(plan.log, device));
    if (!membership || membership->rejoin_s == 0) continue;
    membership->rejoin_s = 0;
    TERN_TRY(context.store.put_member(plan.log, device, *membership));
  }
  return {};
}

Result<void> remember_append(Context& context, const AppendPlan& plan,
                             const std::vector<EntryRow>& rows) {
  auto membership = plan.membership;
  std::move_backward(membership.appends.begin(), membership.appends.end() - 1,
                     membership.appends.end());
  membership.appends.front() = {rows.front().seq, static_cast<std::uint32_t>(rows.size())};
  // Both are a struck device's one word a day.
  if (plan.entries.front().rejoin || !membership.on_list()) membership.rejoin_s = context.wall_s();
  const bool founds = plan.before.head == 0;
  return founds ? context.store.put_member(plan.log, plan.author, membership)
                : context.store.update_member(plan.log, plan.author, membership);
}

void note_news(Context& context, const AppendPlan& plan, const Numbered& numbered) {
  auto& news = context.batch.news_of(plan.log);
  news.state = numbered.after;
  news.seal = context.contacts.keys.head_seal(plan.log, numbered.after);
  for (const auto& row : numbered.rows) news.entries.push_back({entry_of(row), plan.author});
  context.batch.entries_stored += numbered.rows.size();
}

// Who gets a Welcome begins with it.
void begin_the_welcomed(AppendPlan& plan) {
  for (const auto& welcomes : plan.welcomes) {
    auto& effect = plan.effects[welcomes.entry_index];
    const auto welcomed = [&](const DeviceId& device) { return is_for(welcomes, device); };
    const auto first = std::stable_partition(effect.restored.begin(), effect.restored.end(),
                                             std::not_fn(welcomed));
    effect.joins.insert(effect.joins.end(), first, effect.restored.end());
    effect.restored.erase(first, effect.restored.end());
  }
}

}  // namespace

Result<void> plan_access(Context& context, AppendPlan& plan) {
  AccessEditor editor(context.store, plan.log, plan.author, plan.before.members,
                      plan.membership.on_list(),
                      list_is_lost(plan.before) ? Unregistered::kept : Unregistered::passed_over);
  plan.effects.reserve(plan.entries.size());
  for (const auto& parsed : plan.entries) {
    TERN_ASSIGN(auto effect, editor.apply(parsed.access));
    plan.effects.push_back(std::move(effect));
  }
  plan.members_after = editor.members();
  TERN_TRY(check_welcomes(plan));
  begin_the_welcomed(plan);
  return {};
}

Result<void> note_expiry(Context& context, const LogId& log, LogState& state) {
  const auto day = day_of(context.wall_s());
  if (state.expiry_day == day) return {};
  state.expiry_day = day;
  return context.store.note_expiry({day, log});
}

Result<wire::Appended> carry_out(Context& context, const AppendPlan& plan) {
  auto numbered = number_entries(context, plan);
  TERN_TRY(note_expiry(context, plan.log, numbered.after));
  TERN_TRY(context.store.append(plan.log, plan.before, numbered.after, numbered.rows));
  TERN_TRY(remember_append(context, plan, numbered.rows));
  TERN_TRY(change_access_list(context, plan, numbered.rows));
  if (is_restart(plan)) TERN_TRY(let_ask_again(context, plan));
  TERN_TRY(keep_named_blobs(context, plan.account, plan.entries));
  note_news(context, plan, numbered);
  wire::Appended out;
  out.first_seq = numbered.rows.front().seq;
  out.head = numbered.after.head;
  out.base = numbered.after.base;
  out.seal = context.batch.news_of(plan.log).seal;
  if (is_restart(plan)) out.hash = numbered.rows.front().hash;
  for (const auto& welcomes : plan.welcomes) {
    const auto& commit = numbered.rows[welcomes.entry_index];
    wire::InboxWelcome welcome;
    welcome.log = plan.log;
    welcome.generation = numbered.generations[welcomes.entry_index];
    welcome.commit_seq = commit.seq;
    welcome.hash = commit.hash;
    // Its receiver may be all that is left of the log, and be given nothing else before.
    welcome.seal = context.contacts.keys.head_seal(
        plan.log, {commit.seq, commit.hash, commit.seq, commit.hash, welcome.generation, 0});
    welcome.group_info = welcomes.group_info;
#ifdef TERN_DELIBERATE_FAULTS
    if (is_deliberate(DeliberateFault::welcome_in_second_transaction)) {
      context.batch.late_welcomes.emplace_back(
          [commit, welcome, devices = welcomes.devices](Context& later) {
            std::vector<DeviceId> full;
            return deliver_welcomes(later, commit, welcome, devices, full);
          });
      continue;
    }
#endif
    TERN_TRY(deliver_welcomes(context, commit, welcome, welcomes.devices, out.inbox_full));
  }
  return out;
}

}  // namespace tern::relay
