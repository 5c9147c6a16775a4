#include "client/foreign_commit.hpp"

#include <algorithm>

#include "client/commits.hpp"
#include "client/joining.hpp"
#include "client/leaf_time.hpp"
#include "client/leaving.hpp"
#include "client/membership.hpp"
#include "client/policy.hpp"
#include "client/rejoin.hpp"
#include "client/seating.hpp"

namespace tern::client::foreign_commit {
namespace {

using Mode = wire::AccessChange::Mode;

// Another member may have kept a request that was answered, or that is answered by its device's
// being here: its KeyPackage is older than what it would take the place of.
bool is_newer(const mls::LeafChange& added, const std::vector<mls::LeafChange>& removed) {
  const auto time = leaf_time(added.leaf_extensions);
  return std::all_of(removed.begin(), removed.end(), [&](const auto& leaf) {
    return leaf.signature_key != added.signature_key || leaf_time(leaf.leaf_extensions) < time;
  });
}

// Whoever gave an answer that was of no use is not to be the first again.
bool may_answer(const wire::RejoinProof& proof, const DeviceId& device) {
  return std::find(proof.not_by.begin(), proof.not_by.end(), device) == proof.not_by.end();
}

// Those of the added whose signed request the commit shows, for this very KeyPackage, as an answer
// of its author's own.
void judge_returning(const Chat& chat, const wire::EntryHeader& header,
                     const mls::CommitReceived& commit, CommitFacts& facts) {
  if (rejoin::answerer(chat, header) != facts.committer.device) return;
  for (const auto& proof : header.returning) {
    if (proof.generation != chat.record.generation) continue;
    if (!may_answer(proof, facts.committer.device)) continue;
    for (const auto& added : commit.added) {
      if (crypto::device_id(added.signature_key) != proof.device) continue;
      const auto request = wire::request_of(proof, chat.id(), added.key_package);
      if (crypto::verify(added.signature_key, wire::signed_bytes(request),
                         crypto::Signature{proof.signature.bytes}))
        (is_newer(added, commit.removed) ? facts.returning : facts.outdated)
            .push_back(proof.device);
    }
  }
}

Result<CommitFacts> facts_of(const Chat& chat, const mls::Group& group,
                             const wire::EntryHeader& header, const mls::CommitReceived& commit) {
  CommitFacts out;
  TERN_ASSIGN(out.committer, seat_at(group, commit.committer));
  TERN_ASSIGN(out.added, seats_of(commit.added));
  TERN_ASSIGN(out.removed, seats_of(commit.removed));
  TERN_ASSIGN(out.leaving, leaving_in(group));
  judge_returning(chat, header, commit, out);
  out.access = header.access;
  if (commit.new_group_context_extensions)
    out.new_extensions = &*commit.new_group_context_extensions;
  if (out.added.empty() && header.access.mode != Mode::set) return out;
  TERN_ASSIGN(const auto leaves, seated_leaves(group));
  out.before = seats_on(leaves);
  return out;
}

// Nobody accepts a device that its account's newest list does not name (design §1); who has seen no
// newer list does, so that this device is split from them. Who comes back sat there before.
Result<void> check_newcomers(const Step& step, const CommitFacts& facts,
                             const mls::CommitReceived& commit) {
  for (const auto& added : commit.added)
    if (!holds(facts.removed, crypto::device_id(added.signature_key)))
      TERN_TRY(step.device.authentication.check_listed(added.credential));
  return {};
}

MembershipChange change_of(std::uint64_t seq, const CommitFacts& facts,
                           const wire::EntryHeader& header) {
  MembershipChange out{seq, facts.added, facts.removed, facts.leaving, {}};
  for (const auto& proof : header.returning) {
    const auto& checked = facts.returning;
    if (std::find(checked.begin(), checked.end(), proof.device) != checked.end())
      out.returning.push_back(proof);
  }
  return out;
}

Result<void> enter(Step& step, Chat& chat, const CommitFacts& facts, const MembershipChange& change,
                   mls::CommitReceived commit) {
  auto& record = step.edit(chat);
  TERN_TRY(commits::drop(step, chat));
  TERN_ASSIGN(const auto* const ended, chat.group());
  TERN_ASSIGN(const auto records, commit.next->records_after(*ended));
  TERN_TRY(chat.records.write(step.rows, records));
  step.moved_ratchet();
  chat.set_group(std::move(*commit.next));
  if (facts.access.mode == Mode::set) record.access_repair = false;
  chat.pace.volunteer_at = never_ms;
  TERN_ASSIGN(const auto* const group, chat.group());
  TERN_TRY(membership::enter_epoch(step, chat, *group));
  TERN_TRY(membership::apply(step, chat, change));
  TERN_TRY(leaving::epoch_passed(step, chat, change.seq));
  step.look_at(chat);
  return {};
}

}  // namespace

void passed_over(Step& step, Chat& chat, const wire::EntryHeader& header) {
  if (header.access.mode == Mode::none) return;
  step.edit(chat).access_repair = true;
  step.look_at(chat);
}

Result<void> apply(Step& step, Chat& chat, const wire::Entry& entry,
                   const wire::EntryHeader& header, mls::CommitReceived commit) {
  TERN_ASSIGN(const auto* const group, chat.group());
  TERN_ASSIGN(const auto facts, facts_of(chat, *group, header, commit));
  TERN_ASSIGN(const auto policy, policy_in(group->group_context_extensions()));
  const auto checked = check_commit(policy, facts);
  if (!checked) {
    step.problem(chat.id(), checked.error().errc(),
                 "a commit was passed over: " + checked.error().message());
    passed_over(step, chat, header);
    return {};
  }
  if (!commit.removes_me) {
    auto listed = check_newcomers(step, facts, commit);
    if (listed)
      return enter(step, chat, facts, change_of(entry.seq, facts, header), std::move(commit));
    if (is_storage(listed.error().errc())) return listed;
    step.problem(chat.id(), listed.error().errc(),
                 "the chat cannot be followed: " + listed.error().message());
    return rejoin::become_split(step, chat, wire::RejoinRequest::Reason::split);
  }
  if (holds(facts.added, step.device.account.device))
    return joining::put_back(step, chat, entry.seq);
  return joining::taken_out(step, chat, entry.seq);
}

}  // namespace tern::client::foreign_commit
