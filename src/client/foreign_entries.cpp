#include "client/foreign_entries.hpp"

#include "client/entry_checks.hpp"
#include "client/foreign_commit.hpp"
#include "client/foreign_message.hpp"
#include "client/leaving.hpp"
#include "client/membership.hpp"
#include "client/rejoin.hpp"
#include "client/restart_entry.hpp"
#include "client/rollback.hpp"
#include "client/seating.hpp"

namespace tern::client::foreign_entries {
namespace {

Outcome pass_over(Step& step, const Chat& chat, Errc code, const std::string& why) {
  step.problem(chat.id(), code, "an entry was passed over: " + why);
  return Outcome::passed;
}

// Only leaving is proposed; whoever may remove somebody commits it. What a member proposes beside
// that nobody lets in, so that no commit can name it.
Result<Outcome> apply_proposal(Step& step, Chat& chat, std::uint64_t seq,
                               mls::ProposalReceived received) {
  if (!received.removes || mls::Sender(*received.removes) != received.sender)
    return pass_over(step, chat, Errc::policy_violated, "a proposal other than to leave");
  step.edit(chat);
  TERN_ASSIGN(auto* const group, chat.group());
  TERN_ASSIGN(const auto kept, group->keep(received));
  TERN_TRY(chat.records.write(step.rows, kept));
  step.look_at(chat);
  TERN_TRY(leaving::proposed(step, chat, seq));
  return Outcome::passed;
}

Result<Outcome> apply_received(Step& step, Chat& chat, const wire::Entry& entry,
                               const wire::EntryHeader& header, mls::Received received) {
  if (auto* application = std::get_if<mls::Application>(&received)) {
    TERN_TRY(foreign_message::apply(step, chat, entry, header, std::move(*application)));
    return Outcome::passed;
  }
  if (auto* proposal = std::get_if<mls::ProposalReceived>(&received))
    return apply_proposal(step, chat, entry.seq, std::move(*proposal));
  auto& commit = std::get<mls::CommitReceived>(received);
  TERN_TRY(foreign_commit::apply(step, chat, entry, header, std::move(commit)));
  return chat.record.cursor < entry.seq && chat.record.state != ChatState::split ? Outcome::passed
                                                                                 : Outcome::stays;
}

// A later epoch than one's own: somebody made it up, or the relay has kept a commit back. The
// message says nothing that can be believed, so the person is told and nothing else is done.
// One's own state does not open any more: only being added again helps.
Result<Outcome> split_here(Step& step, Chat& chat, const Error& error) {
  step.problem(chat.id(), error.errc(), "the chat cannot be followed: " + error.message());
  using Reason = wire::RejoinRequest::Reason;
  // What was sent in an epoch of one's own nobody has opened: it is said again.
  const auto reason = chat.record.unsure ? Reason::hole : Reason::split;
  TERN_TRY(rejoin::become_split(step, chat, reason));
  return Outcome::stays;
}

bool is_own_state(Errc code) {
  return code == Errc::mls_state_malformed || code == Errc::mls_not_joined;
}

Result<Outcome> not_received(Step& step, Chat& chat, const wire::Entry& entry,
                             const wire::EntryHeader& header, const Error& error) {
  if (is_storage(error.errc())) return error;
  if (is_own_state(error.errc())) return split_here(step, chat, error);
  // What the relay has lost may have been the way into another epoch than the others are in: once,
  // that is more likely than an entry by nobody.
  if (chat.record.unsure) return split_here(step, chat, error);
  if (entry.kind != wire::EntryKind::commit)
    return pass_over(step, chat, error.errc(), error.message());
  if (mls::depends_on_own_keys(error.errc())) return split_here(step, chat, error);
  foreign_commit::passed_over(step, chat, header);
  return pass_over(step, chat, error.errc(), error.message());
}

Result<Outcome> apply_mls(Step& step, Chat& chat, const wire::Entry& entry) {
  const auto header = entry_checks::header_of(entry);
  if (!header) return pass_over(step, chat, header.error().errc(), header.error().message());
  step.edit(chat);
  const auto group = chat.group();
  if (!group) return not_received(step, chat, entry, *header, group.error());
  mls::RecordChanges consumed;
  auto received =
      group.value()->receive(entry.payload, step.device.authentication,
                             static_cast<std::uint64_t>(step.now.wall_ms / 1000), consumed);
  // The key is consumed whatever the content is worth.
  if (!consumed.changes.empty()) {
    TERN_TRY(chat.records.write(step.rows, consumed));
    step.moved_ratchet();
  }
  if (!received) return not_received(step, chat, entry, *header, received.error());
  chat.pace.repairs = 0;
  chat.record.unsure = false;
  TERN_TRY(entry_checks::compare_seen(step, chat, *header));
  return apply_received(step, chat, entry, *header, std::move(received).value());
}

}  // namespace

Result<Outcome> apply(Step& step, Chat& chat, const wire::Entry& entry) {
  switch (entry.kind) {
    case wire::EntryKind::application:
    case wire::EntryKind::commit:
    case wire::EntryKind::proposal:
      return apply_mls(step, chat, entry);
    case wire::EntryKind::rejoin:
      TERN_TRY(rejoin::receive(step, chat, entry.seq, entry.payload));
      return Outcome::passed;
    case wire::EntryKind::hole:
      return rollback::apply_hole(step, chat, entry);
    case wire::EntryKind::restart:
      return restart_entry::apply(step, chat, entry);
    case wire::EntryKind::welcome:
      break;
  }
  return pass_over(step, chat, Errc::malformed, "a kind that does not belong into a chat");
}

}  // namespace tern::client::foreign_entries
