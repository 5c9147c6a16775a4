#include "client/membership.hpp"

#include <algorithm>

#include "client/history.hpp"
#include "client/intents.hpp"
#include "client/own_entries.hpp"
#include "client/policy_rows.hpp"
#include "client/receipts.hpp"
#include "client/rejoin.hpp"
#include "client/seating.hpp"
#include "client/wanted_blobs.hpp"

namespace tern::client::membership {
namespace {

// One notice a person, not a device.
Result<void> tell_changes(Step& step, Chat& chat, const Roster& before, const Roster& after,
                          const MembershipChange& change) {
  std::vector<Notice> notices;
  const auto add = [&](Notice::What what, const AccountId& who) {
    const auto same = [&](const Notice& other) { return other.what == what && other.who == who; };
    if (std::none_of(notices.begin(), notices.end(), same)) notices.push_back({what, who});
  };
  for (const auto& seat : change.removed) {
    if (holds(change.added, seat.device)) {
      add(Notice::What::rejoined, seat.account);
    } else if (!after.has(seat.account)) {
      const bool asked = std::find(change.leaving.begin(), change.leaving.end(), seat.device) !=
                         change.leaving.end();
      add(asked ? Notice::What::member_left : Notice::What::member_removed, seat.account);
    }
  }
  for (const auto& seat : change.added)
    if (!before.has(seat.account)) add(Notice::What::member_added, seat.account);
  for (std::size_t i = 0; i < notices.size() && i + 1 < notice_of_leaving; ++i)
    TERN_TRY(notice(step, chat, change.seq, i + 1, notices[i]));
  return {};
}

Result<void> settle_intents(Step& step, Chat& chat, const Roster& roster,
                            const MembershipChange& change) {
  TERN_ASSIGN(auto intents, Intents::load(step.rows, chat.row));
  if (intents.empty()) {
    chat.claimed.clear();
    return {};
  }
  // For a new group that is not needed any more: who was taken out meanwhile stays out.
  intents.restart.clear();
  std::erase_if(intents.add, [&](const AccountId& account) { return roster.has(account); });
  std::erase_if(intents.remove, [&](const AccountId& account) { return !roster.has(account); });
  std::erase_if(intents.add_again, [&](const DeviceId& device) {
    return holds(change.added, device) || !roster.find(device);
  });
  // A KeyPackage that is wanted no more would bring back whoever is removed later.
  std::erase_if(chat.claimed, [&](const ClaimedKeyPackage& claimed) {
    return !intents.adds(claimed.account) && !intents.adds_again(claimed.device);
  });
  return intents.store(step.rows, chat.row);
}

void answer_waiters(Step& step, Chat& chat, const Roster& roster) {
  const auto answered = [&](Waiter& waiter) {
    if (waiter.what == Waiter::What::restarted) {
      if (chat.record.state != ChatState::active) return false;
      step.answer(waiter.done, {});
      return true;
    }
    const auto done = [&](const AccountId& account) {
      return roster.has(account) == (waiter.what == Waiter::What::added);
    };
    if (waiter.what == Waiter::What::left ||
        !std::all_of(waiter.accounts.begin(), waiter.accounts.end(), done))
      return false;
    step.answer(waiter.done, {});
    return true;
  };
  // The step may fail yet; only then do they wait on.
  std::vector<Waiter> waiting;
  for (auto& waiter : chat.waiters)
    if (!answered(waiter)) waiting.push_back(waiter);
  step.then([&chat, waiting = std::move(waiting)] { chat.waiters = waiting; });
}

// RFC 9420 §9.2: whatever could open the chat's messages goes with the membership.
Result<void> erase_keys(Step& step, Chat& chat) {
  TERN_TRY(chat.records.erase(step.rows));
  TERN_TRY(chat.next_records.erase(step.rows));
  TERN_TRY(step.rows.erase(tables::commits, chat.row));
  TERN_TRY(step.rows.erase(tables::intents, chat.row));
  TERN_TRY(step.rows.erase(tables::welcomes, chat.row));
  TERN_TRY(step.rows.erase(tables::surveys, chat.row));
  TERN_TRY(step.rows.erase_all(tables::rejoins, chat.row));
  chat.drop_group();
  chat.drop_pending();
  chat.claimed.clear();
  return {};
}

Result<void> fail_queued(Step& step, Chat& chat) {
  TERN_ASSIGN(const auto rows, outbox::all(step.rows, chat.row));
  for (const auto& [number, row] : rows) {
    TERN_TRY(outbox::erase(step.rows, chat.row, number));
    if (row.kind != OutboxKind::message) continue;
    TERN_ASSIGN(auto message, history::get(step.rows, chat.row, queued_order(number)));
    if (!message) continue;
    message->failure = Errc::not_member;
    if (const auto blob = blob_in(message->content)) TERN_TRY(wanted_blobs::abandon(step, *blob));
    TERN_TRY(history::put(step.rows, chat.row, queued_order(number), *message));
    step.emit(MessageChanged{chat.id(), row.id, MessageState::failed});
  }
  return {};
}

}  // namespace

Result<void> enter_epoch(Step& step, Chat& chat, const mls::Group& group) {
  auto& record = step.edit(chat);
  record.epoch = group.epoch();
  record.epoch_authenticator = to_bytes(group.epoch_authenticator());
  record.devices = static_cast<std::uint32_t>(group.member_count());
  TERN_ASSIGN(const auto policy, policy_in(group.group_context_extensions()));
  TERN_TRY(policy_rows::note(step.rows, chat.row, policy));
  if (record.title != policy.title) step.emit(ChatChanged{chat.id()});
  record.title = policy.title;
  return {};
}

Result<void> apply(Step& step, Chat& chat, const MembershipChange& change) {
  if (change.added.empty() && change.removed.empty()) return {};
  TERN_ASSIGN(const auto before, Roster::load(step.rows, chat.row));
  auto after = before;
  for (const auto& seat : change.removed)
    if (!holds(change.added, seat.device)) after.remove(seat.device, change.seq);
  for (const auto& seat : change.added) after.add({seat.device, seat.account, change.seq});
  TERN_TRY(after.store(step.rows, chat.row));
  TERN_TRY(tell_changes(step, chat, before, after, change));
  // While it is known what those who are gone have said.
  TERN_TRY(rejoin::note_gone(step, chat, before, after));
  TERN_TRY(receipts::members_changed(step, chat, after, change.seq));
  TERN_TRY(settle_intents(step, chat, after, change));
  TERN_TRY(rejoin::keep_from_newcomers(step, chat, before, after));
  const bool somebody_came = rejoin::has_newcomer(before, after.seats());
  if (somebody_came) TERN_TRY(rejoin::leave_gap(step, chat, change.seq));
  TERN_TRY(rejoin::members_changed(step, chat, after, change));
  if (somebody_came) TERN_TRY(rejoin::settle_lost(step, chat, change.seq));
  answer_waiters(step, chat, after);
  step.emit(ChatChanged{chat.id()});
  return {};
}

Result<void> joined(Step& step, Chat& chat, const std::vector<Seat>& seats, std::uint64_t seq,
                    const Notice& how) {
  TERN_ASSIGN(const auto before, Roster::load(step.rows, chat.row));
  const auto after = before.with_seats(seats, seq);
  TERN_TRY(after.store(step.rows, chat.row));
  TERN_TRY(rejoin::keep_from_newcomers(step, chat, before, after));
  // Who came in while this device could not follow is shown to the person who writes here.
  MembershipChange change;
  change.seq = seq;
  if (!before.seats().empty()) {
    for (const auto& seat : after.seats())
      if (!before.has(seat.account)) change.added.push_back(seat);
    for (const auto& seat : before.seats())
      if (!after.has(seat.account)) change.removed.push_back(seat);
  }
  if (!before.seats().empty() || how.what == Notice::What::restarted)
    TERN_TRY(notice(step, chat, seq, 0, how));
  if (how.what == Notice::What::restarted) {
    step.emit(ChatRestarted{chat.id(), how.who});
    TERN_TRY(rejoin::say_again(step, chat, before));
  }
  TERN_TRY(tell_changes(step, chat, before, after, change));
  TERN_TRY(receipts::members_changed(step, chat, after, seq));
  TERN_TRY(settle_intents(step, chat, after, change));
  answer_waiters(step, chat, after);
  step.emit(ChatChanged{chat.id()});
  return {};
}

Result<void> notice(Step& step, Chat& chat, std::uint64_t seq, std::uint64_t index,
                    const Notice& notice) {
  MessageRow row;
  row.sender = notice.who;
  row.seq = seq;
  row.sent_ms = step.now.wall_ms;
  row.notice = notice;
  auto order = logged_order(seq, index);
  // Of another history, that the relay had told before, a message may stand there.
  TERN_ASSIGN(const auto taken, history::get(step.rows, chat.row, order));
  if (taken && !taken->notice) {
    TERN_ASSIGN(order, own_entries::free_order(step, chat, seq));
  }
  TERN_TRY(history::put(step.rows, chat.row, order, row));
  step.edit(chat).newest_ms = step.now.wall_ms;
  step.emit(MessageArrived{history::shown(step.rows, row, order, chat)});
  return {};
}

Result<void> left(Step& step, Chat& chat, std::uint64_t seq) {
  auto& record = step.edit(chat);
  const bool asked = record.leaving;
  record.state = ChatState::left;
  record.commit_pending = false;
  record.access_repair = false;
  record.leaving = false;
  record.queued = 0;
  TERN_TRY(fail_queued(step, chat));
  TERN_TRY(erase_keys(step, chat));
  const auto what = asked ? Notice::What::member_left : Notice::What::member_removed;
  TERN_TRY(notice(step, chat, seq, notice_of_leaving, {what, step.device.account.id}));
  for (const auto& waiter : chat.waiters) {
    if (waiter.what == Waiter::What::left) {
      step.answer(waiter.done, {});
    } else {
      step.answer(waiter.done, Errc::chat_left);
    }
  }
  step.then([&chat] { chat.waiters.clear(); });
  step.emit(ChatChanged{chat.id()});
  return {};
}

}  // namespace tern::client::membership
