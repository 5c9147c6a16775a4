// Processing a commit (RFC 9420 §12.4.2).
//
// What every member sees comes first: only a commit that is valid for all of them reaches the step
// that depends on one's own keys.
#include <algorithm>

#include "mls/epoch_advance.hpp"
#include "mls/handshake.hpp"
#include "mls/key_package_record.hpp"
#include "mls/psk_lookup.hpp"

namespace tern::mls {
namespace {

LeafChange change_of(const RatchetTree& tree, LeafIndex index, const Sender& proposer) {
  const auto leaf = tree.leaf(index)->decoded();
  return {index, leaf.credential, leaf.signature_key, proposer, {}, leaf.extensions};
}

// §12.4.2: "Validate the LeafNode as specified in §7.3."
Result<void> check_members_leaf(const LeafNode& leaf, LeafIndex committer, const Epoch& epoch,
                                const AppliedProposals& applied, const Judge& judge) {
  TERN_TRY(validate_successor(leaf, committer, LeafNodeSource::commit, epoch, judge));
  TERN_TRY(check_leaf_in_group(leaf, {applied.parameters, judge.lifetimes()}));
  const bool keeps_key = applied.tree.leaf(committer)->signature_key() == leaf.signature_key;
  if (applied.tree.count_signature_key(leaf.signature_key) != (keeps_key ? 1 : 0))
    return Errc::mls_leaf_key_not_unique;
  return {};
}

// The same for the leaf of who joins: `index` is the leftmost free leaf, where it has been added.
Result<void> check_joiners_leaf(const LeafNode& leaf, LeafIndex index, const Epoch& epoch,
                                const AppliedProposals& applied, const Judge& judge) {
  const auto place = LeafPlace{epoch.context.group_id, index};
  TERN_TRY(check_leaf_itself(leaf, encode(leaf), place, LeafNodeSource::commit));
  TERN_TRY(judge.authenticator.check_leaf(leaf.credential, leaf.signature_key));
  TERN_TRY(check_leaf_in_group(leaf, {applied.parameters, judge.lifetimes()}));
  if (applied.tree.count_signature_key(leaf.signature_key) != 1 ||
      applied.tree.count_encryption_key(leaf.encryption_key) != 1)
    return Errc::mls_leaf_key_not_unique;
  // §12.2: "If a Remove proposal is present, then the LeafNode in the path field of the external
  // Commit MUST meet the same criteria as would the LeafNode in an Update for the removed leaf".
  for (const auto removed : applied.removed) {
    const auto before = epoch.tree->leaf(removed)->decoded();
    if (leaf.encryption_key == before.encryption_key) return Errc::mls_leaf_encryption_key_not_new;
    TERN_TRY(judge.authenticator.check_successor(before.credential, leaf.credential));
  }
  return {};
}

// The own private keys after the proposals: an Update of one's own brings a leaf key.
PrivateKeys keys_after(const ProposalList& list, const Epoch& epoch) {
  auto keys = epoch.keys.clone();
  for (const auto& item : list)
    if (item.pending && item.sender == Sender(epoch.own_leaf) && item.pending->own_leaf_key)
      keys.leaf = item.pending->own_leaf_key->clone();
  return keys;
}

// The proposals of the commit, each valid and all of them together, and its path in the tree.
struct Effect {
  ProposalList list;
  AppliedProposals applied;
  LeafIndex committer;
  std::vector<NodeIndex> nodes;  ///< the filtered direct path
};

// What the commit did, for the application.
CommitReceived report(const AuthenticatedContent& message, const Epoch& epoch, const Effect& effect,
                      bool has_path) {
  const auto& sender = message.content.sender;
  const auto& applied = effect.applied;
  CommitReceived out;
  out.committer = effect.committer;
  out.is_external = !sender.is_member();
  out.authenticated_data = to_bytes(message.content.authenticated_data);
  for (const auto& item : effect.list) {
    if (const auto* add = std::get_if<Add>(item.proposal)) {
      out.added.push_back(change_of(applied.tree, applied.added[out.added.size()], item.sender));
      out.added.back().key_package = key_package_message(add->key_package);
    }
    if (const auto* remove = std::get_if<Remove>(item.proposal))
      out.removed.push_back(change_of(*epoch.tree, remove->removed, item.sender));
    if (std::get_if<Update>(item.proposal))
      out.updated.push_back(change_of(applied.tree, {item.sender.index}, item.sender));
  }
  if (has_path) {
    auto& list = out.is_external ? out.added : out.updated;
    list.push_back(change_of(applied.tree, out.committer, sender));
  }
  if (applied.changes_extensions) out.new_group_context_extensions = applied.extensions;
  out.reinit = applied.reinit;
  out.removes_me = std::find(applied.removed.begin(), applied.removed.end(), epoch.own_leaf) !=
                   applied.removed.end();
  return out;
}

Result<Effect> proposals_of(const Commit& commit, const Sender& sender, const GroupState& state,
                            const Judge& judge) {
  TERN_ASSIGN(auto list, resolve_proposals(commit, sender, state.pending));
  for (const auto& item : list)
    if (!item.pending) TERN_TRY(validate_proposal(*item.proposal, sender, *state.epoch, judge));
  TERN_ASSIGN(auto applied, apply_proposals(list, sender, *state.epoch, judge.lifetimes()));
  // §12.4: "assert(commit.path != null)" when there are no proposals or one that requires it.
  if (applied.requires_path && !commit.path) return Errc::mls_commit_path_required;
  return Effect{std::move(list), std::move(applied), {sender.index}, {}};
}

Result<void> merge_leaf_and_path(Effect& effect, const UpdatePath& path, const Sender& sender,
                                 const Epoch& epoch, const Judge& judge) {
  auto& applied = effect.applied;
  if (sender.is_member()) {
    TERN_TRY(check_members_leaf(path.leaf_node, effect.committer, epoch, applied, judge));
  } else {
    // §12.4.3.2: "The joiner is added at the leftmost free leaf node (just as if they were added
    // with an Add proposal), and the path is calculated relative to that leaf node."
    TERN_ASSIGN(effect.committer, applied.tree.add(Leaf::of(path.leaf_node)));
    TERN_TRY(check_joiners_leaf(path.leaf_node, effect.committer, epoch, applied, judge));
    // The path brings it once more, and looks whether its keys are in the tree already: in all of
    // it, so that nothing else is blanked before.
    applied.tree.set_leaf(effect.committer, nullptr);
  }
  TERN_ASSIGN(effect.nodes, merge_path(applied.tree, effect.committer, path, applied.added));
  return {};
}

Result<Effect> effect_of(const Commit& commit, const Sender& sender, const GroupState& state,
                         const Judge& judge) {
  TERN_ASSIGN(auto effect, proposals_of(commit, sender, state, judge));
  auto changed = effect.applied.changed_leaves();
  if (commit.path) {
    TERN_TRY(merge_leaf_and_path(effect, *commit.path, sender, *state.epoch, judge));
    changed.push_back(effect.committer);
  }
  // §12.2: of the tree "after processing the Commit".
  TERN_TRY(check_credential_types(effect.applied.tree, changed));
  effect.applied.tree.rehash();
  return effect;
}

}  // namespace

Result<CommitReceived> process_commit(const GroupState& state, const AuthenticatedContent& message,
                                      const Judge& judge) {
  const Epoch& epoch = *state.epoch;
  const auto& sender = message.content.sender;
  if (epoch.context.epoch == UINT64_MAX) return Errc::counter_exhausted;
  TERN_ASSIGN(const auto commit, decode<Commit>(message.content.body));
  TERN_ASSIGN(auto effect, effect_of(commit, sender, state, judge));
  auto out = report(message, epoch, effect, commit.path.has_value());
  auto& applied = effect.applied;
  PrivateEpoch mine{epoch.own_leaf, keys_after(effect.list, epoch), {}, {}, {}};
  if (applied.external_init) {
    TERN_ASSIGN(mine.init_secret,
                external_init_secret(*applied.external_init, epoch.secrets.external));
  }
  if (out.removes_me) return out;

  const auto psks = applied.psks;
  TERN_ASSIGN(mine.psk_secret, find_psk_secret(psks, {&epoch}, judge.authenticator));
  const auto added = applied.added;
  auto provisional = provisional_epoch(epoch, applied);
  if (commit.path) {
    TERN_ASSIGN(
        mine.commit_secret,
        decrypt_path({provisional.tree, *commit.path, effect.nodes, effect.committer, added},
                     epoch.own_leaf, mine.keys, encode(provisional.context)));
  }
  mine.keys.forget_outdated(provisional.tree);

  auto next = advance_epoch(epoch, std::move(provisional), std::move(mine), message);
  // "Use the confirmation_key for the new epoch to compute the confirmation tag for this message
  // […] and verify that it is the same as the confirmation_tag field".
  if (!mac_equal(next.epoch.confirmation_tag, *message.auth.confirmation_tag))
    // With PSKs it may be that this member's are others than the committer's.
    return psks.empty() ? Errc::mls_confirmation_tag_invalid : Errc::mls_psk_mismatch;
  out.next = std::make_unique<Group>(
      GroupState::start(std::move(next.epoch), std::move(next.encryption_secret)));
  return out;
}

}  // namespace tern::mls
