#include "client/commits.hpp"

#include <algorithm>

#include "client/append_draft.hpp"
#include "client/leaf_time.hpp"
#include "client/leaving.hpp"
#include "client/membership.hpp"
#include "client/rejoin.hpp"
#include "client/seating.hpp"
#include "client/welcome_notes.hpp"

namespace tern::client::commits {
namespace {

using Mode = wire::AccessChange::Mode;

// The adds, and everybody whom the commit takes out: named here or by a proposal.
struct Effect {
  std::vector<Seat> added;
  std::vector<Seat> removed;
};

Result<Effect> effect_of(const mls::Group& group, const CommitPlan& plan) {
  Effect out;
  for (const auto& add : plan.add) out.added.push_back({add.device, add.account, 0});
  out.removed = plan.removed;
  for (const auto leaf : group.pending_removals()) {
    if (std::find(plan.remove.begin(), plan.remove.end(), leaf) != plan.remove.end()) continue;
    TERN_ASSIGN(const auto seat, seat_at(group, leaf));
    out.removed.push_back(seat);
  }
  return out;
}

Result<wire::AccessChange> access_of(const mls::Group& group, const CommitPlan& plan,
                                     const Effect& effect) {
  wire::AccessChange out;
  if (!plan.repair_access) {
    if (effect.added.empty() && effect.removed.empty()) return out;
    out.mode = Mode::change;
    out.added = devices_of(effect.added);
    out.removed = devices_of(effect.removed);
    return out;
  }
  out.mode = Mode::set;
  const auto gone = devices_of(effect.removed);
  TERN_ASSIGN(const auto leaves, seated_leaves(group));
  std::vector<Seat> all = effect.added;
  for (const auto& [leaf, seat] : leaves)
    if (!std::binary_search(gone.begin(), gone.end(), seat.device)) all.push_back(seat);
  out.added = devices_of(all);
  return out;
}

// Where it is written, and how far its author has followed the log.
wire::EntryHeader begin_header(const Chat& chat, const EntryId& id, const CommitPlan& plan) {
  wire::EntryHeader out;
  out.entry_id = id;
  out.returning = plan.returning;
  // Of a log that the relay has lost the end of, its members would not believe it.
  if (plan.restarts != 0 && chat.record.cursor > chat.line.head) return out;
  out.seen_seq = chat.record.cursor;
  out.seen_hash = chat.record.hash;
  return out;
}

// Whom the commit brings back cannot open it either, and names next time whom it had nothing of.
void sign_answer(const Step& step, const Chat& chat, wire::EntryHeader& header) {
  if (header.returning.empty()) return;
  const auto& key = step.device.account.identity.signing_key;
  header.answer.device_key = key.verify_key().bytes;
  header.answer.signature = wire::Signature{key.sign(wire::signed_answer(header, chat.id())).bytes};
}

// Members of the group before cannot open the commit: they know by this who it is of.
void sign_restart(const Step& step, const Chat& chat, const PendingCommit& pending,
                  wire::EntryHeader& header) {
  if (pending.restarts == 0) return;
  const auto& account = step.device.account;
  header.restart.device = account.device;
  header.restart.generation = pending.restarts;
  const auto signature =
      account.identity.signing_key.sign(wire::signed_restart(header, chat.id(), pending.base));
  header.restart.signature = wire::Signature{signature.bytes};
}

// As the others will judge it: a commit that they pass over would leave this device in an epoch of
// its own.
Result<void> check_own(const mls::Group& group, const wire::EntryHeader& header,
                       const Effect& effect) {
  CommitFacts facts;
  TERN_ASSIGN(facts.committer, seat_at(group, group.own_leaf()));
  facts.added = effect.added;
  facts.removed = effect.removed;
  TERN_ASSIGN(facts.leaving, leaving_in(group));
  for (const auto& proof : header.returning) facts.returning.push_back(proof.device);
  facts.access = header.access;
  if (!effect.added.empty() || header.access.mode == Mode::set) {
    TERN_ASSIGN(const auto leaves, seated_leaves(group));
    facts.before = seats_on(leaves);
  }
  TERN_ASSIGN(const auto policy, policy_in(group.group_context_extensions()));
  return check_commit(policy, facts);
}

// One who comes back alone knows it itself.
Result<std::uint64_t> returning_read(Step& step, Chat& chat, const CommitPlan& plan) {
  auto out = UINT64_MAX;
  if (plan.returning.size() < 2) return out;
  for (const auto& proof : plan.returning) {
    TERN_ASSIGN(const auto read, rejoin::common_with(step, chat, chat.record.cursor + 1,
                                                     proof.cursor, proof.cursor_hash));
    out = std::min(out, read);
  }
  return out;
}

mls::CommitRequest request_of(const CommitPlan& plan, const wire::EntryHeader& header,
                              mls::Extensions welcome_extensions) {
  mls::CommitRequest out;
  out.welcome_extensions = std::move(welcome_extensions);
  for (const auto& add : plan.add) out.add.push_back(add.key_package);
  out.remove = plan.remove;
  out.authenticated_data = wire::encode(header);
  return out;
}

Result<std::vector<PendingWelcome>> welcomes_for(const mls::PendingCommit& made) {
  std::vector<PendingWelcome> out;
  for (const auto& welcome : made.welcomes)
    out.push_back({crypto::device_id(welcome.signature_key), welcome.encrypted_group_secrets});
  return out;
}

// Another request of the same device may have come since, which this commit does not answer.
std::vector<wire::RejoinProof> returning_by(const PendingCommit& pending) {
  const auto envelope = wire::peek_private_message(pending.message);
  if (!envelope) return {};
  auto header = wire::decode_entry_header(envelope->authenticated_data);
  return header ? std::move(header->returning) : std::vector<wire::RejoinProof>();
}

Result<void> persist(Step& step, Chat& chat, const mls::Group& group, PendingCommit pending,
                     mls::Group& next) {
  TERN_TRY(step.rows.put(tables::commits, chat.row, encode(pending)));
  TERN_ASSIGN(const auto records, pending.creates_log ? next.records() : next.records_after(group));
  TERN_TRY(chat.next_records.erase(step.rows));
  TERN_TRY(chat.next_records.write(step.rows, records));
  chat.set_pending(std::move(pending), std::move(next));
  step.edit(chat).commit_pending = true;
  step.moved_ratchet();
  return {};
}

}  // namespace

Result<void> make(Step& step, Chat& chat, mls::Group& group, const CommitPlan& plan,
                  bool creates_log) {
  auto& device = step.device;
  PendingCommit pending;
  pending.id = device.entropy.make<EntryId>();
  pending.creates_log = creates_log;
  pending.repairs_access = plan.repair_access;
  pending.restarts = plan.restarts;
  pending.base = chat.line.base;
  TERN_ASSIGN(auto effect, effect_of(group, plan));
  auto header = begin_header(chat, pending.id, plan);
  TERN_ASSIGN(header.access, access_of(group, plan, effect));
  sign_answer(step, chat, header);
  sign_restart(step, chat, pending, header);
  // The first commit makes the rules that later ones are held against.
  if (!creates_log) TERN_TRY(check_own(group, header, effect));
  auto& record = step.edit(chat);
  record.leaf_time = leaf_time_after(step.now, record.leaf_time);
  record.leaf_generation = plan.restarts != 0 ? plan.restarts : record.generation;
  const auto me = identity_at(device.account, record.leaf_time);
  TERN_ASSIGN(const auto roster, Roster::load(step.rows, chat.row));
  WelcomeNotes notes{newest_member_after(roster, effect.added, effect.removed)};
  TERN_ASSIGN(notes.returning_read, returning_read(step, chat, plan));
  TERN_ASSIGN(
      auto made,
      group.commit(request_of(plan, header, welcome_extensions(notes)), me, device.authentication,
                   static_cast<std::uint64_t>(step.now.wall_ms / 1000), device.entropy));
  pending.next = epoch_tag(*made.next);
  TERN_ASSIGN(pending.welcomes, welcomes_for(made));
  pending.message = std::move(made.message);
  pending.group_info = std::move(made.welcome_group_info);
  pending.added = std::move(effect.added);
  pending.removed = std::move(effect.removed);
  TERN_TRY(AppendDraft(chat.id(), 0).add(pending));
  if (!creates_log) {
    pending.made_in = epoch_tag(group);
    TERN_TRY(chat.records.write(step.rows, made.own));
  }
  device.commit_rate.take(step.now);
  return persist(step, chat, group, std::move(pending), *made.next);
}

Result<void> merge(Step& step, Chat& chat, std::uint64_t seq) {
  TERN_ASSIGN(const auto* const pending, chat.pending(step.rows));
  MembershipChange change;
  change.seq = seq;
  change.added = pending->added;
  change.removed = pending->removed;
  change.returning = returning_by(*pending);
  const bool repaired = pending->repairs_access;
  const bool created = pending->creates_log;
  const bool restarted = pending->restarts != 0;
  if (!created) {
    TERN_ASSIGN(const auto* const group, chat.group());
    TERN_ASSIGN(change.leaving, leaving_in(*group));
  }
  auto& record = step.edit(chat);
  // Of a group that is new nothing lies beneath; of one that it replaces nothing may stay.
  if (created) TERN_TRY(chat.records.erase(step.rows));
  TERN_TRY(chat.next_records.sink(step.rows));
  TERN_TRY(step.rows.erase(tables::commits, chat.row));
  chat.next_becomes_present();
  TERN_ASSIGN(const auto* const next, chat.group());
  record.commit_pending = false;
  record.renew_leaf = false;
  if (repaired) record.access_repair = false;
  record.sent_since_update = 0;
  record.updated_ms = step.now.wall_ms;
  chat.pace.stales = 0;
  TERN_TRY(membership::enter_epoch(step, chat, *next));
  if (created) {
    TERN_ASSIGN(const auto leaves, seated_leaves(*next));
    const auto how = restarted ? Notice::What::restarted : Notice::What::rejoined;
    TERN_TRY(membership::joined(step, chat, seats_on(leaves), seq, {how, step.device.account.id}));
  } else {
    TERN_TRY(membership::apply(step, chat, change));
  }
  return leaving::epoch_passed(step, chat, seq);
}

Result<void> drop(Step& step, Chat& chat) {
  if (!chat.record.commit_pending) return {};
  step.edit(chat).commit_pending = false;
  chat.drop_pending();
  TERN_TRY(step.rows.erase(tables::commits, chat.row));
  return chat.next_records.erase(step.rows);
}

}  // namespace tern::client::commits
