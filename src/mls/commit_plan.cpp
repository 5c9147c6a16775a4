#include "mls/commit_plan.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "mls/key_package_record.hpp"
#include "mls/psk_lookup.hpp"
#include "mls/succession.hpp"
#include "tern/limits.hpp"

namespace tern::mls {
namespace {

enum class Pending { all, removals_only };

// The proposals that the request asks for, validated.
Result<std::deque<Proposal>> requested(const CommitRequest& request, const GroupState& state,
                                       const Judge& judge, Entropy& entropy) {
  std::deque<Proposal> own;
  if (request.reinit) {
    TERN_TRY(check_extension_list(request.reinit->extensions));
    own.push_back(*request.reinit);
  }
  if (request.group_context_extensions) {
    TERN_TRY(check_extension_list(*request.group_context_extensions));
    own.push_back(GroupContextExtensions{*request.group_context_extensions});
  }
  for (const auto leaf : request.remove) own.push_back(Remove{leaf});
  for (const auto& message : request.add) {
    TERN_ASSIGN(auto key_package, open_key_package(message));
    own.push_back(Add{std::move(key_package)});
  }
  for (auto psk : request.psks) {
    psk.psk_nonce = fresh_psk_nonce(entropy);
    own.push_back(PreSharedKeyProposal{std::move(psk)});
  }
  const auto me = Sender(state.epoch->own_leaf);
  for (const auto& proposal : own) TERN_TRY(validate_proposal(proposal, me, *state.epoch, judge));
  // After the others are found valid: in no other place would this one be.
  if (request.predecessor) {
    TERN_ASSIGN(auto psk, predecessor_psk(*request.predecessor, entropy));
    own.push_back(PreSharedKeyProposal{std::move(psk)});
  }
  return own;
}

// Chooses among the pending proposals (§12.2): a Remove before an Update, the later Update before
// the earlier, nothing that the committer may not commit, nothing beside what was asked for, and
// no more than one commit holds.
class Selection {
 public:
  Selection(const std::deque<Proposal>& own, const GroupState& state, const Judge& judge,
            bool takes_reinit = false)
      : state_(state),
        judge_(judge),
        room_(limits::mls_proposals_max - own.size()),
        takes_reinit_(takes_reinit && own.empty()) {
    for (const auto& proposal : own) {
      if (const auto* remove = std::get_if<Remove>(&proposal)) removed_.insert(remove->removed);
      if (const auto* add = std::get_if<Add>(&proposal)) clients_.insert(client(*add));
      if (std::get_if<GroupContextExtensions>(&proposal)) has_extensions_ = true;
      if (std::get_if<ReInit>(&proposal)) is_alone_ = true;
    }
  }

  std::vector<const PendingProposal*> choose(Pending which) {
    const auto& all = state_.pending.all();
    if (is_alone_) return chosen_;
    for (auto pending = all.begin(); pending != all.end() && chosen_.size() < room_; ++pending)
      if (const auto* remove = std::get_if<Remove>(&(*pending)->proposal))
        if (remove->removed != state_.epoch->own_leaf && removed_.insert(remove->removed).second)
          chosen_.push_back(pending->get());
    if (which == Pending::removals_only) return chosen_;
    // Backwards: of several that exclude each other the latest stands.
    for (auto pending = all.rbegin(); pending != all.rend() && chosen_.size() < room_; ++pending)
      if (is_wanted(**pending)) chosen_.push_back(pending->get());
    // §12.2: "If the committer has received other proposals during the epoch, they SHOULD prefer
    // them over the ReInit proposal".
    if (chosen_.empty() && takes_reinit_)
      if (const auto* reinit = latest_reinit()) chosen_.push_back(reinit);
    return chosen_;
  }

 private:
  static crypto::VerifyKey client(const Add& add) {
    return add.key_package.leaf_node.signature_key;
  }

  const PendingProposal* latest_reinit() const {
    const auto& all = state_.pending.all();
    const auto found = std::find_if(all.rbegin(), all.rend(), [](const auto& pending) {
      return std::holds_alternative<ReInit>(pending->proposal);
    });
    return found == all.rend() ? nullptr : found->get();
  }

  bool is_wanted(const PendingProposal& pending) {
    if (std::get_if<Update>(&pending.proposal)) {
      const LeafIndex sender{pending.sender.index};
      return sender != state_.epoch->own_leaf && !removed_.contains(sender) &&
             updated_.insert(sender).second;
    }
    // A commit with a PSK that this member does not have is none that it can make.
    if (const auto* proposal = std::get_if<PreSharedKeyProposal>(&pending.proposal))
      return find_psk_secret({&proposal->psk, 1}, {state_.epoch.get()}, judge_.authenticator)
                 .has_value() &&
             psks_.insert(encode(proposal->psk)).second;
    if (const auto* add = std::get_if<Add>(&pending.proposal)) return is_wanted(*add);
    if (std::get_if<GroupContextExtensions>(&pending.proposal))
      return !std::exchange(has_extensions_, true);
    return false;
  }

  bool is_wanted(const Add& add) {
    // §7.3: what this client sends must be within its lifetime, whoever proposed it.
    if (!check_lifetime(add.key_package.leaf_node.lifetime, judge_.lifetimes())) return false;
    LeafIndex member;
    const bool is_member = state_.epoch->tree->count_signature_key(client(add), &member) != 0;
    return (!is_member || removed_.contains(member)) && clients_.insert(client(add)).second;
  }

  const GroupState& state_;
  const Judge& judge_;
  const std::size_t room_;
  std::vector<const PendingProposal*> chosen_;
  std::set<LeafIndex> removed_;
  std::set<LeafIndex> updated_;
  std::set<crypto::VerifyKey> clients_;
  std::set<Bytes> psks_;
  bool has_extensions_ = false;
  const bool takes_reinit_;
  bool is_alone_ = false;  ///< a ReInit was
};

Result<AppliedProposals> apply(const std::vector<const PendingProposal*>& pending,
                               const std::deque<Proposal>& own, const GroupState& state,
                               const Judge& judge) {
  ProposalList list;
  const auto me = Sender(state.epoch->own_leaf);
  for (const auto* chosen : pending) list.push_back({&chosen->proposal, chosen->sender, chosen});
  for (const auto& proposal : own) list.push_back({&proposal, me, nullptr});
  TERN_ASSIGN(auto applied, apply_proposals(list, me, *state.epoch, judge.lifetimes()));
  TERN_TRY(check_credential_types(applied.tree, applied.changed_leaves()));
  return applied;
}

using Pendings = std::vector<const PendingProposal*>;

// Adds to `out` those of `wanted` that can be applied beside what is there: all, or none of one, or
// each half by itself. A few that do not fit cost a few tries each, however many do.
void add_those_that_fit(Pendings& out, std::span<const PendingProposal* const> wanted,
                        const std::deque<Proposal>& own, const GroupState& state,
                        const Judge& judge) {
  if (wanted.empty()) return;
  const auto before = out.size();
  out.insert(out.end(), wanted.begin(), wanted.end());
  if (apply(out, own, state, judge)) return;
  out.resize(before);
  if (wanted.size() == 1) return;
  const auto half = wanted.size() / 2;
  add_those_that_fit(out, wanted.first(half), own, state, judge);
  add_those_that_fit(out, wanted.subspan(half), own, state, judge);
}

// A proposal of somebody else must not keep this member from committing, nor the other proposals
// from being committed: removals, which cannot be in conflict with anything, and then what can be
// applied beside them.
Pendings those_that_fit(const Pendings& wanted, const std::deque<Proposal>& own,
                        const GroupState& state, const Judge& judge) {
  auto out = Selection(own, state, judge).choose(Pending::removals_only);
  Pendings others;
  const std::set<const PendingProposal*> removals(out.begin(), out.end());
  for (const auto* one : wanted)
    if (!removals.contains(one)) others.push_back(one);
  add_those_that_fit(out, others, own, state, judge);
  return out;
}

}  // namespace

Result<CommitPlan> plan_commit(const CommitRequest& request, const GroupState& state,
                               const Judge& judge, Entropy& entropy) {
  TERN_ASSIGN(auto own, requested(request, state, judge, entropy));
  if (own.size() > limits::mls_proposals_max) return Errc::mls_too_many_proposals;
  std::vector<const PendingProposal*> pending;
  if (request.include_pending)
    pending = Selection(own, state, judge, request.takes_reinit).choose(Pending::all);
  auto applied = apply(pending, own, state, judge);
  if (!applied && !pending.empty()) {
    pending = those_that_fit(pending, own, state, judge);
    applied = apply(pending, own, state, judge);
  }
  if (!applied) return std::move(applied).error();

  CommitPlan plan{{}, std::move(*applied), {}, {}, std::move(own), request.tree};
  plan.added = plan.applied.added;
  plan.key_packages = plan.applied.key_packages;
  for (const auto* chosen : pending) {
    // One's own by value: that they were sent does not say that anybody received them, and a commit
    // that names what a member has not seen cannot be followed by that member.
    if (chosen->sender == Sender(state.epoch->own_leaf)) {
      plan.proposals.push_back(chosen->proposal);
    } else {
      plan.proposals.push_back(chosen->ref);
    }
  }
  for (const auto& proposal : plan.own) plan.proposals.push_back(proposal);
  return plan;
}

}  // namespace tern::mls
