#include "client/restart_entry.hpp"

#include <algorithm>

#include "client/entry_checks.hpp"
#include "client/foreign_commit.hpp"
#include "client/joining.hpp"
#include "client/membership.hpp"
#include "client/policy_rows.hpp"
#include "client/rejoin.hpp"
#include "client/seating.hpp"

namespace tern::client::restart_entry {
namespace {

using foreign_entries::Outcome;

bool names(const wire::EntryHeader& header, const DeviceId& device) {
  const auto& everybody = header.access.added;
  return std::find(everybody.begin(), everybody.end(), device) != everybody.end();
}

// By the tree and the rules before it: every member judges alike.
Result<Seat> check(Step& step, Chat& chat, const wire::Entry& entry,
                   const wire::EntryHeader& header) {
  const auto& proof = header.restart;
  if (header.access.mode != wire::AccessChange::Mode::set ||
      proof.generation != chat.record.generation + 1)
    return Error(Errc::policy_violated, "a new group that is not the log's next generation");
  TERN_ASSIGN(const auto* const group, chat.group());
  TERN_ASSIGN(const auto members, group->members());
  const auto author = std::find_if(members.begin(), members.end(), [&](const mls::Member& member) {
    return crypto::device_id(member.signature_key) == proof.device;
  });
  if (author == members.end())
    return Error(Errc::policy_violated, "a new group by somebody who is not in the chat");
  if (!crypto::verify(author->signature_key, wire::signed_restart(header, chat.id(), entry.base),
                      crypto::Signature{proof.signature.bytes}))
    return Error(Errc::signature_invalid, "a new group that its device did not sign");
  TERN_TRY(step.device.authentication.check_listed(author->credential));
  TERN_ASSIGN(const auto seat, seat_of(author->credential));
  TERN_ASSIGN(const auto policy, policy_in(group->group_context_extensions()));
  if (!policy.one_to_one && !policy.is_admin(seat.account))
    return Error(Errc::policy_violated, "a new group by who is no admin");
  if (policy.one_to_one && !names(header, step.device.account.device))
    return Error(Errc::policy_violated, "a chat of two without one of them");
  return seat;
}

// The Welcome in the inbox is by who wrote the entry, or it is another's.
Result<Outcome> follow(Step& step, Chat& chat, const wire::Entry& entry, const Seat& author) {
  TERN_TRY(joining::restarted(step, chat, entry.seq, author));
  if (chat.record.state == ChatState::active && chat.record.cursor == entry.seq)
    return Outcome::stays;
  // It may be on its way from the inbox: only then is the log asked.
  chat.pace.hold_until = step.now.mono_ms + joining::welcome_wait_ms;
  TERN_TRY(rejoin::become_split(step, chat, wire::RejoinRequest::Reason::split));
  return Outcome::stays;
}

Result<Outcome> pass_over(Step& step, Chat& chat, const wire::EntryHeader& header,
                          const Error& error) {
  if (is_storage(error.errc())) return error;
  step.problem(chat.id(), error.errc(), "a new group was passed over: " + error.message());
  foreign_commit::passed_over(step, chat, header);
  // Counted all the same: the next one is told from it by its number.
  ++step.edit(chat).generation;
  return Outcome::passed;
}

}  // namespace

Result<Outcome> apply(Step& step, Chat& chat, const wire::Entry& entry) {
  const auto header = entry_checks::header_of(entry);
  if (!header) return pass_over(step, chat, {}, header.error());
  step.edit(chat);
  const auto group = chat.group();
  if (!group && !is_storage(group.error().errc())) {
    TERN_TRY(rejoin::become_split(step, chat, wire::RejoinRequest::Reason::split));
    return Outcome::stays;
  }
  const auto author = check(step, chat, entry, *header);
  if (!author) return pass_over(step, chat, *header, author.error());
  TERN_TRY(entry_checks::compare_seen(step, chat, *header));
  TERN_TRY(rejoin::begins_anew(step, chat, author->device, entry.seq, *header));
  if (names(*header, step.device.account.device)) return follow(step, chat, entry, *author);
  TERN_TRY(membership::left(step, chat, entry.seq));
  return Outcome::passed;
}

}  // namespace tern::client::restart_entry
