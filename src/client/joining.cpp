#include "client/joining.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "client/blocks.hpp"
#include "client/commits.hpp"
#include "client/history.hpp"
#include "client/key_packages.hpp"
#include "client/leaf_time.hpp"
#include "client/leaving.hpp"
#include "client/membership.hpp"
#include "client/policy_rows.hpp"
#include "client/receipts.hpp"
#include "client/rejoin.hpp"
#include "client/seating.hpp"
#include "client/welcome_notes.hpp"

namespace tern::client::joining {
namespace {

struct Joined {
  mls::Group group;
  mls::KeyPackageRef used;
  bool last_resort = false;
  bool asked_for = false;
};

Result<Joined> join_group(Step& step, const wire::InboxWelcome& welcome) {
  auto& device = step.device;
  const ByteSpan secrets[] = {welcome.group_secrets};
  const auto message = mls::assemble_welcome(secrets, welcome.group_info);
  TERN_ASSIGN(const auto recipients, mls::welcome_recipients(message));
  for (const auto& ref : recipients) {
    TERN_ASSIGN(const auto mine, key_packages::find(step.rows, ref));
    if (!mine) continue;
    TERN_ASSIGN(auto group, mls::Group::join(message, mine->record, device.account.identity,
                                             device.authentication,
                                             static_cast<std::uint64_t>(step.now.wall_ms / 1000)));
    return Joined{std::move(group), ref, mine->last_resort, mine->of_request};
  }
  return Error(Errc::mls_key_package_unknown, "a Welcome for a KeyPackage that is not here");
}

Result<void> check_pair(const Step& step, const LogId& log, const std::vector<Seat>& seats) {
  const auto& me = step.device.account.id;
  const auto other = std::find_if(seats.begin(), seats.end(),
                                  [&](const Seat& seat) { return seat.account != me; });
  const bool two =
      other != seats.end() && std::all_of(seats.begin(), seats.end(), [&](const Seat& seat) {
        return seat.account == me || seat.account == other->account;
      });
  if (!two || crypto::pair_log_id(me, other->account) != log)
    return Error(Errc::policy_violated, "a chat of two that is not of this account and one other");
  return {};
}

// Whoever made the Welcome may be anybody: the group must be the one that its place says.
Result<void> check_group(const Step& step, const wire::InboxWelcome& welcome, const Chat* chat,
                         const Policy& policy, const Joined& joined,
                         const std::vector<Seat>& seats) {
  Writer id;
  id.raw(welcome.log).number(welcome.generation);
  const auto group_id = joined.group.group_id();
  if (!std::equal(group_id.begin(), group_id.end(), id.span().begin(), id.span().end()))
    return Error(Errc::mls_group_id_mismatch, "a Welcome to another group than its log's");
  if (policy.one_to_one) TERN_TRY(check_pair(step, welcome.log, seats));
  const bool known = chat && chat->record.joined_seq > 0;
  const bool waited_for_pair = chat && chat->record.one_to_one && !chat->record.peer.is_zero();
  if ((known || waited_for_pair) && chat->record.one_to_one != policy.one_to_one)
    return Error(Errc::policy_violated, "a chat of two stays one, a group a group");
  return {};
}

AccountId peer_in(const Step& step, const std::vector<Seat>& seats) {
  for (const auto& seat : seats)
    if (seat.account != step.device.account.id) return seat.account;
  return {};
}

// Whoever made the Welcome, or is the other of a chat of two.
Result<bool> is_unwelcome(const Step& step, const mls::Group& group, const std::vector<Seat>& seats,
                          bool one_to_one) {
  if (one_to_one) return blocks::has(step.rows, peer_in(step, seats));
  const auto inviter = group.inviter();
  if (!inviter) return false;
  TERN_ASSIGN(const auto seat, seat_at(group, *inviter));
  return blocks::has(step.rows, seat.account);
}

// Anybody who has one of this device's KeyPackages can make a Welcome to any group. One that brings
// a member back is by somebody who was in the chat when this device could last follow it, and
// leaves the admins as they were: unless an admin has begun the chat anew, who may change them.
Result<void> check_way_back(Step& step, Chat& chat, const wire::InboxWelcome& welcome,
                            const Policy& policy, const mls::Group& group) {
  const auto inviter = group.inviter();
  TERN_CHECK(inviter.has_value());
  TERN_ASSIGN(const auto seat, seat_at(group, *inviter));
  TERN_ASSIGN(const auto roster, Roster::load(step.rows, chat.row));
  // Who was alone when it could last follow it has nobody else to be brought back by.
  const bool was_alone = roster.accounts() == std::vector<AccountId>{step.device.account.id};
  if (!was_alone && !roster.has(seat.account))
    return Error(Errc::policy_violated, "an invitation back by somebody who was not in the chat");
  if (welcome.generation == chat.record.generation && group.epoch() <= chat.record.epoch &&
      !rejoin::lost_its_place(chat.record))
    return Error(Errc::mls_welcome_invalid, "an invitation back to an epoch that is over");
  TERN_ASSIGN(const auto known, policy_rows::get(step.rows, chat.row));
  // This device has lost all that it knew of the chat.
  if (!known || known->one_to_one) return {};
  const bool anew = welcome.generation > chat.record.generation && known->is_admin(seat.account);
  if (!anew && known->admins != policy.admins)
    return Error(Errc::policy_violated, "an invitation back to a chat with other admins");
  return {};
}

bool is_way_back(const Chat* chat) {
  return chat && chat->record.joined_seq > 0 && chat->record.state != ChatState::left;
}

Chat& chat_for(Step& step, const LogId& log) {
  if (Chat* known = step.device.chats.find(log)) return *known;
  auto made = std::make_unique<Chat>(step.device.open_rows, step.device.sealer, log);
  made->record.newest_ms = step.now.wall_ms;
  return step.add(std::move(made));
}

void move_record(Step& step, ChatRecord& record, const wire::InboxWelcome& welcome) {
  // The entry that brought this device back holds no message. Who knew that it was out has missed
  // nothing that was meant for it.
  const bool may_have_missed = record.joined_seq > 0 && record.state != ChatState::left;
  if (may_have_missed && record.cursor + 1 < welcome.commit_seq) {
    record.gap_first = record.cursor + 1;
    record.gap_last = welcome.commit_seq - 1;
  } else {
    record.gap_first = 1;
    record.gap_last = 0;
  }
  enter_log(record, welcome.generation, welcome.commit_seq, welcome.hash);
  record.seal = welcome.seal;
  record.commit_pending = false;
  record.access_repair = false;
  record.rejoins_waiting = 0;
  record.sent_since_update = 0;
  record.updated_ms = step.now.wall_ms;
}

// By a KeyPackage from before the device last asked to be added again: that request would bring it
// back a second time, until its leaf is renewed.
Result<void> note_leaf(ChatRecord& record, const mls::Group& joined) {
  TERN_ASSIGN(const auto time, leaf_time_at(joined, joined.own_leaf()));
  // In a group that is newer than the request it counts for nobody.
  record.renew_leaf = record.generation <= record.leaf_generation && time < record.leaf_time;
  record.leaf_time = std::max(time, record.leaf_time);
  return {};
}

Result<void> use_up(Step& step, const Joined& joined) {
  TERN_TRY(key_packages::use(step.rows, joined.used, key_packages::epoch_tag(joined.group)));
  if (joined.last_resort) step.edit_device().renew_last_resort = true;
  return {};
}

// Into another generation of the log than this device was in: it was begun anew, by whoever invites
// or before.
Notice how_it_came(const Step& step, const Chat& chat, const wire::InboxWelcome& welcome,
                   const mls::Group& group) {
  const auto& record = chat.record;
  if (record.joined_seq == 0 || welcome.generation <= record.generation)
    return {Notice::What::rejoined, step.device.account.id};
  Notice out{Notice::What::restarted, {}};
  const auto policy = policy_in(group.group_context_extensions());
  const auto inviter = group.inviter();
  const auto seat = inviter ? seat_at(group, *inviter) : Result<Seat>(Errc::not_found);
  if (policy && seat && (policy->one_to_one || policy->is_admin(seat->account)))
    out.who = seat->account;
  return out;
}

// Among the entries that it skips it had been taken out, and what was written before it came in
// again is not said to it again. Whoever brings back a member uses what came with its request, and
// whoever invites somebody what the relay hands out.
Result<bool> was_out_before(Step& step, const Chat& chat, const wire::InboxWelcome& to,
                            const Joined& joined) {
  const auto& record = chat.record;
  const bool same_group = to.generation == record.generation && record.state == ChatState::split;
  if (same_group && !joined.asked_for && record.cursor + 1 < to.commit_seq) return true;
  // Another Welcome for them.
  TERN_ASSIGN(const auto kept, step.rows.get(tables::welcomes, chat.row));
  if (!kept) return false;
  TERN_ASSIGN(const auto welcome, wire::decode_inbox_welcome(*kept));
  return record.cursor < welcome.commit_seq && welcome.commit_seq < to.commit_seq;
}

// Who was in before this device came in again, as it is left for membership::joined().
Result<Roster> roster_before(Step& step, Chat& chat, const std::vector<Seat>& seats,
                             const WelcomeNotes& notes, bool was_out) {
  const auto& record = chat.record;
  TERN_ASSIGN(auto out, Roster::load(step.rows, chat.row));
  // Meanwhile the others may have come and gone, and it comes in only now.
  if (was_out) out.all_joined(record.cursor);
  // Of two who were both there the other may have lost since when.
  if (!record.one_to_one || rejoin::has_newcomer(out, seats))
    out.somebody_joined(std::min(notes.newest_member, record.cursor));
  TERN_TRY(out.store(step.rows, chat.row));
  // What it wrote while it was in before is older than all of them.
  if (was_out) TERN_TRY(rejoin::settle_lost(step, chat, record.cursor));
  return out;
}

Result<void> enter(Step& step, Chat& chat, const wire::InboxWelcome& welcome, Joined joined,
                   const std::vector<Seat>& seats, bool one_to_one) {
  auto& record = step.edit(chat);
  const bool came_back = record.joined_seq > 0;
  const bool may_have_missed = came_back && record.state != ChatState::left;
  // Nothing from before the newest member came is said again, and it does not know when that was.
  const bool lost_it_all = !came_back && record.state == ChatState::split;
  const bool from_another_history = came_back && rejoin::lost_its_place(record);
  const auto how = how_it_came(step, chat, welcome, joined.group);
  const auto notes = welcome_notes_in(joined.group.welcome_extensions());
  TERN_ASSIGN(const bool was_out, was_out_before(step, chat, welcome, joined));
  const bool was_split = record.state == ChatState::split;
  // Own messages may stand behind where the others' history goes on.
  const auto all_own = std::max(record.cursor + 1, welcome.commit_seq);
  TERN_TRY(commits::drop(step, chat));
  move_record(step, record, welcome);
  record.one_to_one = one_to_one;
  if (one_to_one) record.peer = peer_in(step, seats);
  TERN_ASSIGN(const auto records, joined.group.records());
  TERN_TRY(chat.records.write(step.rows, records));
  step.moved_ratchet();
  TERN_TRY(chat.hashes.clear(step.rows, chat.row));
  TERN_TRY(chat.hashes.note(step.rows, chat.row, record.cursor, record.hash));
  TERN_TRY(step.rows.erase(tables::welcomes, chat.row));
  TERN_TRY(note_leaf(record, joined.group));
  TERN_TRY(membership::enter_epoch(step, chat, joined.group));
  chat.set_group(std::move(joined.group));
  TERN_ASSIGN(const auto before,
              roster_before(step, chat, seats, notes, came_back && !may_have_missed));
  TERN_TRY(membership::joined(step, chat, seats, record.cursor, how));
  if (may_have_missed) TERN_TRY(rejoin::mark_gap(step, chat, before, notes.newest_member));
  if (may_have_missed && was_out) TERN_TRY(rejoin::tell_gap(step, chat));
  if (lost_it_all && !one_to_one) TERN_TRY(rejoin::tell_gap(step, chat));
  const bool restarted = how.what == Notice::What::restarted;
  // Who has begun it anew may have lost what it had told to be delivered, and this device has not
  // followed the entry that says how far that one had read.
  if (from_another_history || (restarted && was_split && came_back)) {
    TERN_TRY(rejoin::say_all_again(step, chat, before, all_own));
  } else if (may_have_missed && how.what == Notice::What::rejoined) {
    TERN_TRY(rejoin::answer_late(step, chat, before, notes.returning_read));
  }
  TERN_TRY(rejoin::settle_lost(step, chat, record.cursor));
  if (from_another_history || all_own > record.cursor)
    TERN_TRY(receipts::go_back(step, chat, restarted ? record.cursor : 0, 0));
  TERN_TRY(rejoin::forget_all(step, chat));
  TERN_TRY(leaving::epoch_passed(step, chat, chat.record.cursor));
  // What followed the commit was sent before this connection knew of the chat.
  chat.line.known = false;
  chat.line.lost = false;
  chat.line.member = true;
  chat.line.told_of(welcome.commit_seq, welcome.generation);
  step.look_at(chat);
  return {};
}

Result<void> check_inviter(const mls::Group& group, const std::optional<DeviceId>& expected) {
  if (!expected) return {};
  const auto inviter = group.inviter();
  TERN_CHECK(inviter.has_value());
  TERN_ASSIGN(const auto seat, seat_at(group, *inviter));
  if (seat.device == *expected) return {};
  return Error(Errc::mls_welcome_invalid, "a Welcome by another than the entry's author");
}

// It has signed the Welcome, and the next request is for the others.
Result<void> not_by_inviter(Step& step, Chat& chat, const mls::Group& group) {
  const auto inviter = group.inviter();
  TERN_CHECK(inviter.has_value());
  TERN_ASSIGN(const auto seat, seat_at(group, *inviter));
  return rejoin::answered_in_vain_by(step, chat, seat.device);
}

Result<void> join(Step& step, const wire::InboxWelcome& welcome,
                  const std::optional<DeviceId>& by) {
  Chat* const known = step.device.chats.find(welcome.log);
  TERN_ASSIGN(auto joined, join_group(step, welcome));
  TERN_ASSIGN(const auto policy, policy_in(joined.group.group_context_extensions()));
  TERN_ASSIGN(const auto leaves, seated_leaves(joined.group));
  const auto seats = seats_on(leaves);
  TERN_TRY(check_group(step, welcome, known, policy, joined, seats));
  TERN_TRY(check_inviter(joined.group, by));
  if (is_way_back(known)) {
    const auto believed = check_way_back(step, *known, welcome, policy, joined.group);
    if (!believed && joined.asked_for) TERN_TRY(not_by_inviter(step, *known, joined.group));
    TERN_TRY(believed);
  } else {
    TERN_ASSIGN(const bool unwelcome, is_unwelcome(step, joined.group, seats, policy.one_to_one));
    if (unwelcome) return blocks::refuse(step.rows, welcome.log);
  }
  // The last that may refuse the Welcome: nothing has changed yet.
  TERN_TRY(use_up(step, joined));
  return enter(step, chat_for(step, welcome.log), welcome, std::move(joined), seats,
               policy.one_to_one);
}

Result<Received> join_or_tell(Step& step, const wire::InboxWelcome& welcome,
                              const std::optional<DeviceId>& by = {}) {
  const auto done = join(step, welcome, by);
  if (done) return Received::taken;
  if (is_storage(done.error().errc())) return done.error();
  step.problem(welcome.log, done.error().errc(),
               "a Welcome that cannot be used: " + done.error().message());
  auto* const chat = step.device.chats.find(welcome.log);
  // What was written up to that commit is not pushed to it: the log stands there all the same.
  if (chat) chat->line.told_of(welcome.commit_seq, welcome.generation);
  if (chat && chat->record.state == ChatState::split)
    TERN_TRY(rejoin::answered_in_vain(step, *chat));
  const bool sealed = done.error().errc() == Errc::mls_key_package_unknown;
  return sealed ? Received::sealed : Received::taken;
}

// Into a chat that this device is out of. One that it cannot open stays as a sign that it is wanted
// back (resuming.cpp).
Result<Received> join_again(Step& step, const Chat& chat, const wire::InboxWelcome& welcome) {
  TERN_ASSIGN(const auto received, join_or_tell(step, welcome));
  if (received == Received::sealed)
    TERN_TRY(step.rows.put(tables::welcomes, chat.row, wire::encode(welcome)));
  return received;
}

// A jump forward is what a Welcome is; backward it would let old messages in again.
bool leads_on(const Chat& chat, const wire::InboxWelcome& welcome) {
  if (rejoin::lost_its_place(chat.record)) return true;
  if (welcome.generation != chat.record.generation)
    return welcome.generation > chat.record.generation;
  return welcome.commit_seq > chat.record.cursor;
}

}  // namespace

Result<Received> receive(Step& step, const wire::InboxWelcome& welcome) {
  if (welcome.commit_seq >= seqs_end) {
    step.problem(welcome.log, Errc::malformed, "a Welcome from a place that no log has");
    return Received::taken;
  }
  Chat* const chat = step.device.chats.find(welcome.log);
  if (!chat || chat->record.joined_seq == 0) return join_or_tell(step, welcome);
  if (!leads_on(*chat, welcome)) return Received::taken;
  if (chat->record.state == ChatState::left) return join_again(step, *chat, welcome);
  if (chat->record.state != ChatState::active) return join_or_tell(step, welcome);
  TERN_TRY(step.rows.put(tables::welcomes, chat->row, wire::encode(welcome)));
  return Received::taken;
}

Result<void> taken_out(Step& step, Chat& chat, std::uint64_t seq) {
  TERN_ASSIGN(const auto kept, step.rows.get(tables::welcomes, chat.row));
  TERN_TRY(membership::left(step, chat, seq));
  if (!kept) return {};
  TERN_ASSIGN(const auto welcome, wire::decode_inbox_welcome(*kept));
  if (welcome.commit_seq > seq) TERN_TRY(join_again(step, chat, welcome));
  return {};
}

Result<void> put_back(Step& step, Chat& chat, std::uint64_t seq) {
  TERN_ASSIGN(const auto kept, step.rows.get(tables::welcomes, chat.row));
  if (kept) {
    TERN_ASSIGN(const auto welcome, wire::decode_inbox_welcome(*kept));
    if (welcome.commit_seq == seq) TERN_TRY(join_or_tell(step, welcome));
    if (chat.record.state == ChatState::active && chat.record.cursor == seq) return {};
  }
  // It may be on its way from the inbox: only then is the log asked.
  chat.pace.hold_until = step.now.mono_ms + welcome_wait_ms;
  return rejoin::become_split(step, chat, wire::RejoinRequest::Reason::split);
}

Result<void> behind_what_is_kept(Step& step, Chat& chat) {
  TERN_ASSIGN(const auto kept, step.rows.get(tables::welcomes, chat.row));
  if (kept) {
    TERN_ASSIGN(const auto welcome, wire::decode_inbox_welcome(*kept));
    if (leads_on(chat, welcome)) TERN_TRY(join_or_tell(step, welcome));
    if (chat.record.cursor == welcome.commit_seq) return {};
  }
  return rejoin::become_split(step, chat, wire::RejoinRequest::Reason::retention);
}

Result<void> restarted(Step& step, Chat& chat, std::uint64_t seq, const Seat& author) {
  TERN_ASSIGN(const auto kept, step.rows.get(tables::welcomes, chat.row));
  if (!kept) return {};
  TERN_ASSIGN(const auto welcome, wire::decode_inbox_welcome(*kept));
  if (welcome.commit_seq != seq || welcome.generation != chat.record.generation + 1) return {};
  TERN_TRY(join_or_tell(step, welcome, author.device));
  return {};
}

}  // namespace tern::client::joining
