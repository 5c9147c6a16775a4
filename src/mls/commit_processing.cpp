// Processing a commit (RFC 9420 §12.4.2).
//
// What every member sees comes first: only a commit that is valid for all of them reaches the step
// that depends on one's own keys.
#include <algorithm>

#include "mls/epoch_advance.hpp"
#include "mls/handshake.hpp"
#include "mls/key_package_record.hpp"

namespace tern::mls {
namespace {

LeafChange change_of(const RatchetTree& tree, LeafIndex index, LeafIndex proposer) {
  const auto leaf = tree.leaf(index)->decoded();
  return {index, leaf.credential, leaf.signature_key, proposer, {}};
}

// §12.4.2: "Validate the LeafNode as specified in §7.3."
Result<void> check_path_leaf(const LeafNode& leaf, LeafIndex committer, const Epoch& epoch,
                             const AppliedProposals& applied, const Judge& judge) {
  TERN_TRY(validate_successor(leaf, committer, LeafNodeSource::commit, epoch, judge));
  TERN_TRY(check_leaf_in_group(leaf, {applied.parameters, judge.now_s}));
  const bool keeps_key = applied.tree.leaf(committer)->signature_key() == leaf.signature_key;
  if (applied.tree.count_signature_key(leaf.signature_key) != (keeps_key ? 1 : 0))
    return Errc::mls_leaf_key_not_unique;
  return {};
}

// The own private keys after the proposals: an Update of one's own brings a leaf key.
PrivateKeys keys_after(const ProposalList& list, const Epoch& epoch) {
  auto keys = epoch.keys.clone();
  for (const auto& item : list)
    if (item.pending && item.sender == epoch.own_leaf && item.pending->own_leaf_key)
      keys.leaf = item.pending->own_leaf_key->clone();
  return keys;
}

// What the commit did, for the application. `applied.tree` has its path merged.
CommitReceived report(const AuthenticatedContent& message, const Epoch& epoch,
                      const ProposalList& list, const AppliedProposals& applied, bool has_path) {
  CommitReceived out;
  out.committer = {message.content.sender.index};
  out.authenticated_data = to_bytes(message.content.authenticated_data);
  for (const auto& item : list) {
    if (const auto* add = std::get_if<Add>(item.proposal)) {
      out.added.push_back(change_of(applied.tree, applied.added[out.added.size()], item.sender));
      out.added.back().key_package = key_package_message(add->key_package);
    }
    if (const auto* remove = std::get_if<Remove>(item.proposal))
      out.removed.push_back(change_of(*epoch.tree, remove->removed, item.sender));
    if (std::get_if<Update>(item.proposal))
      out.updated.push_back(change_of(applied.tree, item.sender, item.sender));
  }
  if (has_path) out.updated.push_back(change_of(applied.tree, out.committer, out.committer));
  if (applied.changes_extensions) out.new_group_context_extensions = applied.extensions;
  out.removes_me = std::find(applied.removed.begin(), applied.removed.end(), epoch.own_leaf) !=
                   applied.removed.end();
  return out;
}

// The proposals of the commit, each valid and all of them together.
struct Effect {
  ProposalList list;
  AppliedProposals applied;
};

Result<Effect> effect_of(const Commit& commit, LeafIndex committer, const GroupState& state,
                         const Judge& judge) {
  TERN_ASSIGN(auto list, resolve_proposals(commit, committer, state.pending));
  for (const auto& item : list)
    if (!item.pending) TERN_TRY(validate_proposal(*item.proposal, committer, *state.epoch, judge));
  TERN_ASSIGN(auto applied, apply_proposals(list, committer, *state.epoch, judge.now_s));
  // §12.4: "assert(commit.path != null)" when there are no proposals or one that requires it.
  if (applied.requires_path && !commit.path) return Errc::mls_commit_path_required;
  return Effect{std::move(list), std::move(applied)};
}

}  // namespace

Result<CommitReceived> process_commit(const GroupState& state, const AuthenticatedContent& message,
                                      const Judge& judge) {
  const Epoch& epoch = *state.epoch;
  const LeafIndex committer{message.content.sender.index};
  if (epoch.context.epoch == UINT64_MAX) return Errc::counter_exhausted;
  TERN_ASSIGN(const auto commit, decode<Commit>(message.content.body));
  TERN_ASSIGN(auto effect, effect_of(commit, committer, state, judge));
  auto& applied = effect.applied;

  std::vector<NodeIndex> nodes;
  auto changed = applied.changed_leaves();
  if (commit.path) {
    TERN_TRY(check_path_leaf(commit.path->leaf_node, committer, epoch, applied, judge));
    TERN_ASSIGN(nodes, merge_path(applied.tree, committer, *commit.path, applied.added));
    changed.push_back(committer);
  }
  // §12.2: of the tree "after processing the Commit".
  TERN_TRY(check_credential_types(applied.tree, changed));
  applied.tree.rehash();
  auto out = report(message, epoch, effect.list, applied, commit.path.has_value());
  if (out.removes_me) return out;

  const auto added = applied.added;
  auto provisional = provisional_epoch(epoch, applied);
  PrivateEpoch mine{epoch.own_leaf, keys_after(effect.list, epoch), {}};
  if (commit.path) {
    TERN_ASSIGN(mine.commit_secret,
                decrypt_path({provisional.tree, *commit.path, nodes, committer, added},
                             epoch.own_leaf, mine.keys, encode(provisional.context)));
  }
  mine.keys.forget_outdated(provisional.tree);

  auto next = advance_epoch(epoch, std::move(provisional), std::move(mine), message);
  // "Use the confirmation_key for the new epoch to compute the confirmation tag for this message
  // […] and verify that it is the same as the confirmation_tag field".
  if (!mac_equal(next.epoch.confirmation_tag, *message.auth.confirmation_tag))
    return Errc::mls_confirmation_tag_invalid;
  out.next = std::make_unique<Group>(
      GroupState::start(std::move(next.epoch), std::move(next.encryption_secret)));
  return out;
}

}  // namespace tern::mls
