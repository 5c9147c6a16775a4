#include "client/restart.hpp"

#include <algorithm>

#include "client/append_draft.hpp"
#include "client/chat_work.hpp"
#include "client/claims.hpp"
#include "client/commit_attempts.hpp"
#include "client/creation.hpp"
#include "client/inbox.hpp"
#include "client/key_packages.hpp"
#include "client/membership.hpp"
#include "client/pairs.hpp"
#include "client/policy_rows.hpp"
#include "client/reading.hpp"
#include "client/receipts.hpp"
#include "client/rejoin.hpp"
#include "client/survey.hpp"

namespace tern::client::restart {
namespace {

bool has_waited_a_day(const Step& step, const Chat& chat) {
  const auto waited_ms = step.now.wall_ms - chat.record.rejoin_asked_ms;
  return chat.record.rejoin_asked_ms != 0 && waited_ms >= step.device.config.rejoin_interval_ms;
}

// The rules by which this device may begin anew; nullopt: it may not.
Result<std::optional<Policy>> rules_for(Step& step, Chat& chat) {
  TERN_ASSIGN(auto policy, policy_rows::get(step.rows, chat.row));
  const auto& record = chat.record;
  if (!policy && record.joined_seq == 0 && record.peer.is_zero() && has_waited_a_day(step, chat)) {
    // What was lost with it may be back, and with it the name of whom the chat is with.
    TERN_TRY(pairs::recognize(step, chat));
  }
  // Of a chat of two nothing need be remembered but with whom it is.
  if (!policy && record.one_to_one && !record.peer.is_zero()) {
    policy.emplace();
    policy->one_to_one = true;
  }
  if (policy && !policy->one_to_one && !policy->is_admin(step.device.account.id)) policy.reset();
  return policy;
}

// Who was taken off the relay's list has one word there a day (docs/recovery.md): the request to be
// added again, which nobody has answered, or this.
bool may_say_it(const Step& step, const Chat& chat) {
  return chat.line.member || (chat.record.restart_wanted && has_waited_a_day(step, chat));
}

struct Others {
  std::size_t asking = 0;
  std::size_t all = 0;
};

Result<Others> count_others(const Step& step, const Chat& chat, const Survey& survey) {
  TERN_ASSIGN(const auto roster, Roster::load(step.rows, chat.row));
  Others out;
  for (const auto& seat : roster.seats()) {
    if (seat.device == step.device.account.device || survey.has_removed(seat.device)) continue;
    ++out.all;
    if (survey.find(seat.device)) ++out.asking;
  }
  return out;
}

// Who was taken out of a group in what the relay has forgotten since is not on its list any more.
Result<void> leave_out_unlisted(const Step& step, const Chat& chat, Survey& survey) {
  const auto& listed = *chat.line.members;
  TERN_ASSIGN(const auto roster, Roster::load(step.rows, chat.row));
  for (const auto& seat : roster.seats()) {
    const bool is_listed = std::find(listed.begin(), listed.end(), seat.device) != listed.end();
    if (!is_listed && !survey.has_removed(seat.device)) survey.removed.push_back(seat.device);
  }
  return {};
}

Result<bool> is_wanted(Step& step, Chat& chat, const Policy& policy, const Survey& survey) {
  if (chat.record.restart_wanted) return true;
  TERN_ASSIGN(const bool asked, rejoin::is_asked(step, chat));
  if (!asked) return false;
  const bool waited = has_waited_a_day(step, chat);
  if (policy.one_to_one && waited) return true;
  TERN_ASSIGN(const auto others, count_others(step, chat, survey));
  // Whoever has split the others need not ask: nor will they answer.
  const bool most = waited && 2 * others.asking > others.all;
  return others.all > 0 && (others.asking == others.all || most);
}

// Both of a chat of two find out at the same moment: one is first, and the other joins it.
bool is_time(Step& step, Chat& chat) {
  auto& at = chat.pace.restart_at;
  if (at == never_ms) {
    const auto jitter = static_cast<std::uint64_t>(step.device.config.rejoin_jitter_ms) + 1;
    at = step.now.mono_ms + static_cast<std::int64_t>(step.device.entropy.below(jitter));
  }
  if (at > step.now.mono_ms) step.device.timers.wake(chat.id(), at);
  return at <= step.now.mono_ms;
}

Result<std::vector<AccountId>> members_of(Step& step, const Chat& chat, const Policy& policy,
                                          const Survey& survey, const Intents& intents) {
  if (policy.one_to_one) return std::vector<AccountId>{chat.record.peer};
  std::vector<AccountId> out;
  TERN_ASSIGN(const auto roster, Roster::load(step.rows, chat.row));
  for (const auto& seat : roster.seats()) {
    const bool known = std::find(out.begin(), out.end(), seat.account) != out.end();
    if (!known && seat.account != step.device.account.id && !survey.has_removed(seat.device) &&
        !intents.removes(seat.account))
      out.push_back(seat.account);
  }
  return out;
}

// A device that has lost its state has sent the KeyPackage that it can be added with; those that it
// published before may be lost with the rest.
Result<void> take_key_packages(Step& step, Chat& chat, const Survey& survey) {
  TERN_ASSIGN(const auto roster, Roster::load(step.rows, chat.row));
  for (const auto& asked : survey.asked) {
    const auto* const seat = roster.find(asked.device);
    const auto info = mls::inspect_key_package(asked.key_package,
                                               static_cast<std::uint64_t>(step.now.wall_ms / 1000));
    if (!seat || !info || !step.device.authentication.check_newcomer(*info)) continue;
    const auto certified = seat_of(info->credential);
    if (!certified || certified->account != seat->account) continue;
    std::erase_if(chat.claimed, [&](const auto& other) { return other.device == asked.device; });
    chat.claimed.push_back({asked.device, seat->account, asked.key_package});
  }
  return {};
}

Result<Intents> plan_members(Step& step, Chat& chat, const Policy& policy, const Survey& survey) {
  TERN_ASSIGN(auto intents, Intents::load(step.rows, chat.row));
  if (std::exchange(chat.pace.restart_planned, true)) return intents;
  step.edit(chat);
  TERN_TRY(take_key_packages(step, chat, survey));
  TERN_ASSIGN(intents.restart, members_of(step, chat, policy, survey, intents));
  TERN_TRY(intents.store(step.rows, chat.row));
  return intents;
}

// Of everybody who could be reached, without whom the log shows as taken out.
CommitPlan first_commit(const Step& step, const Chat& chat, const Survey& survey,
                        const Intents& intents) {
  CommitPlan out;
  out.restarts = chat.line.generation + 1;
  out.repair_access = true;
  out.needed = !chat.record.one_to_one;
  for (const auto& claimed : chat.claimed) {
    if (out.add.size() == limits::adds_per_commit_max) break;
    const bool meant = claimed.account == step.device.account.id ||
                       std::find(intents.restart.begin(), intents.restart.end(), claimed.account) !=
                           intents.restart.end();
    if (meant && !survey.has_removed(claimed.device)) out.add.push_back(claimed);
  }
  return out;
}

Result<bool> make(Step& step, Chat& chat, const Policy& policy, const CommitPlan& plan) {
  auto& device = step.device;
  step.edit(chat);
  // What the old group would still open went before; nothing of it may lie beneath the new one.
  TERN_TRY(chat.records.erase(step.rows));
  chat.drop_group();
  TERN_ASSIGN(
      auto group,
      mls::Group::create(creation::group_id_of(chat.id(), plan.restarts), device.account.identity,
                         key_package_lifetime(step.now), extensions_with(policy), device.entropy));
  return commits::make_what_can_be(step, chat, group, plan, true);
}

Result<void> send(Step& step, Chat& chat) {
  TERN_ASSIGN(const auto* const pending, chat.pending(step.rows));
  AppendDraft draft(chat.id(), pending->base);
  TERN_TRY(draft.add(*pending));
  step.send({Purpose::What::restart, chat.id()}, draft.request(step.device.record.store_counter));
  step.then([&chat] { chat.line.appending = true; });
  return {};
}

Result<bool> begin(Step& step, Chat& chat, const Policy& policy, const Survey& survey) {
  TERN_ASSIGN(const auto intents, plan_members(step, chat, policy, survey));
  auto to_claim = intents;
  to_claim.add = intents.restart;
  to_claim.add_again.clear();
  TERN_ASSIGN(const bool claiming, claims::request(step, chat, to_claim));
  if (claiming) return true;
  const auto plan = first_commit(step, chat, survey, intents);
  // Alone is no chat of two.
  if (policy.one_to_one && plan.add.empty()) return true;
  if (!step.device.commit_rate.ready(step.now)) {
    step.device.timers.wake(chat.id(), step.device.commit_rate.next_ms(step.now));
    return true;
  }
  TERN_ASSIGN(const bool made, make(step, chat, policy, plan));
  if (made) TERN_TRY(send(step, chat));
  return true;
}

// The log is another than the pending one was made for.
Result<void> give_up_attempt(Step& step, Chat& chat) {
  TERN_TRY(commits::drop(step, chat));
  chat.pace.restart_at = never_ms;
  chat.pace.restart_planned = false;
  return {};
}

void move_record(ChatRecord& record, const wire::Appended& appended, std::uint32_t generation) {
  record.gap_first = record.cursor + 1;
  record.gap_last = appended.first_seq - 1;
  enter_log(record, generation, appended.first_seq, appended.hash);
}

// They had nothing to be added by: they come when they have.
Result<void> add_the_missing(Step& step, Chat& chat, const Intents& before) {
  if (chat.record.one_to_one) return {};
  TERN_ASSIGN(const auto roster, Roster::load(step.rows, chat.row));
  TERN_ASSIGN(auto intents, Intents::load(step.rows, chat.row));
  for (const auto& account : before.restart)
    if (!roster.has(account) && !intents.adds(account)) intents.add.push_back(account);
  return intents.store(step.rows, chat.row);
}

}  // namespace

Result<bool> go_on(Step& step, Chat& chat) {
  const auto& line = chat.line;
  if (!step.device.standing.registered || !inbox::at_head(step.device)) return false;
  if (!line.known || chat.record.leaving || !may_say_it(step, chat)) return false;
  TERN_ASSIGN(const auto policy, rules_for(step, chat));
  if (!policy) return false;
  if (line.busy() || holds(step, chat)) return chat.record.commit_pending;
  if (chat.record.commit_pending) {
    TERN_TRY(send(step, chat));
    return true;
  }
  TERN_ASSIGN(auto survey, Survey::load(step.rows, chat));
  TERN_ASSIGN(const bool surveyed, survey::is_done(step, chat, survey));
  // While it finds out, the request that has stood for a day is not replaced by a new one.
  if (!surveyed) return rejoin::is_asked(step, chat);
  // To who is off that list it is not shown.
  if (!policy->one_to_one && line.member) {
    if (!knows_members(step, chat)) return rejoin::is_asked(step, chat);
    TERN_TRY(leave_out_unlisted(step, chat, survey));
  }
  TERN_ASSIGN(const bool wanted, is_wanted(step, chat, *policy, survey));
  if (!wanted) return false;
  if (!is_time(step, chat)) return true;
  return begin(step, chat, *policy, survey);
}

Result<void> want(Step& step, Chat& chat, Engine::Done done) {
  const auto refuse = [&](const Error& error) -> Result<void> {
    step.answer(done, error);
    return {};
  };
  const auto& record = chat.record;
  if (record.state == ChatState::left || record.leaving) return refuse(Errc::chat_left);
  if (record.state != ChatState::split)
    return refuse(
        Error(Errc::invalid_argument, "the chat can be followed; nothing is to be mended"));
  TERN_ASSIGN(const auto policy, rules_for(step, chat));
  if (!policy)
    return refuse(Error(Errc::policy_violated, "only the group's admins may begin it anew"));
  step.edit(chat).restart_wanted = true;
  step.sync();
  step.then([&chat, done = std::move(done)] {
    chat.waiters.push_back({Waiter::What::restarted, {}, done});
  });
  step.look_at(chat);
  return {};
}

Result<void> taken(Step& step, Chat& chat, const wire::Appended& appended) {
  chat.line.appending = false;
  chat.pace.backoff_ms = 0;
  if (chat.record.state != ChatState::split || !chat.record.commit_pending) return {};
  TERN_ASSIGN(const auto* const pending, chat.pending(step.rows));
  const auto generation = pending->restarts;
  TERN_ASSIGN(const auto before, Roster::load(step.rows, chat.row));
  TERN_ASSIGN(const auto intents, Intents::load(step.rows, chat.row));
  const bool from_another_history = rejoin::lost_its_place(chat.record);
  const auto all_own = std::max(chat.record.cursor + 1, appended.first_seq);
  move_record(step.edit(chat), appended, generation);
  TERN_TRY(chat.hashes.clear(step.rows, chat.row));
  TERN_TRY(chat.hashes.note(step.rows, chat.row, appended.first_seq, appended.hash));
  TERN_TRY(step.rows.erase(tables::welcomes, chat.row));
  TERN_TRY(commits::merge(step, chat, appended.first_seq));
  TERN_TRY(rejoin::mark_gap(step, chat, before, before.newest_member()));
  // What was said of the entries of the history before is no measure for what it has lost, nor for
  // the entries to come.
  if (from_another_history || all_own > appended.first_seq) {
    TERN_TRY(rejoin::say_all_again(step, chat, before, all_own));
    TERN_TRY(receipts::go_back(step, chat, appended.first_seq, 0));
  }
  TERN_TRY(rejoin::settle_lost(step, chat, appended.first_seq));
  TERN_TRY(rejoin::forget_all(step, chat));
  TERN_TRY(add_the_missing(step, chat, intents));
  step.sync();
  // What followed it was not told to who could not follow.
  chat.line.known = false;
  chat.line.lost = false;
  chat.line.member = true;
  chat.line.told_of(appended.first_seq, generation);
  step.look_at(chat);
  return {};
}

Result<void> refused(Step& step, Chat& chat, const wire::Refused& refused) {
  chat.line.appending = false;
  if (chat.record.state != ChatState::split) return {};
  constexpr std::int64_t pause_ms = 1'000;
  switch (refused.code) {
    case Errc::stale:
      // Somebody has answered, or was first with a new group: the log and the inbox say it.
      chat.line.head = std::max(chat.line.head, refused.head);
      // What came before is pushed to nobody who cannot follow it, and may be kept no more; and an
      // invitation into what the relay has lost tells of a place that is none.
      if (chat.line.told != refused.head || chat.line.base != refused.base) inbox::relink(step);
      break;
    case Errc::rate_limited:
    case Errc::reserved:
      chat.pace.hold_until = step.now.mono_ms + std::max<std::int64_t>(refused.retry_after_ms, 1);
      step.device.timers.wake(chat.id(), chat.pace.hold_until);
      return {};
    case Errc::not_member:
      chat.line.member = false;
      break;
    default:
      step.problem(chat.id(), refused.code, "the relay refused to let the chat begin anew");
      chat.claimed.clear();
      break;
  }
  back_off(step, chat, std::max<std::int64_t>(refused.retry_after_ms, pause_ms));
  return give_up_attempt(step, chat);
}

}  // namespace tern::client::restart
