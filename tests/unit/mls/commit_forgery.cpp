#include "commit_forgery.hpp"

#include "mls/epoch_advance.hpp"

namespace tern::test {

using namespace mls;

namespace {

// What the proposals do, or nothing at all when the list is not valid: then nobody gets as far as
// the path.
AppliedProposals apply_if_valid(const GroupState& state, const Commit& commit) {
  const auto& epoch = *state.epoch;
  AppliedProposals nothing{
      *epoch.tree, epoch.context.extensions, epoch.parameters, {}, {}, {}, {}, {}, {}};
  const auto list = resolve_proposals(commit, epoch.own_leaf, state.pending);
  if (!list) return nothing;
  auto applied = apply_proposals(*list, epoch.own_leaf, epoch, std::nullopt);
  return applied ? std::move(*applied) : std::move(nothing);
}

}  // namespace

Bytes forge_commit(Group& group, const crypto::SigningKey& key, Entropy& entropy,
                   const CommitForgery& forgery, RecordChanges& used) {
  auto& state = group.state();
  const auto& epoch = *state.epoch;
  epoch.read_tree().value();
  Commit commit{forgery.proposals, std::nullopt};
  auto applied = apply_if_valid(state, commit);
  const auto added = applied.added;
  std::optional<NewPath> path;
  if (forgery.has_path) {
    auto leaf = state.own().decoded();
    if (forgery.edit_leaf) forgery.edit_leaf(leaf);
    path = create_path(applied.tree, epoch.own_leaf, leaf, epoch.context.group_id, key, entropy);
  }
  applied.tree.rehash();
  auto provisional = provisional_epoch(epoch, applied);
  PrivateEpoch mine{epoch.own_leaf, epoch.keys.clone(), {}, {}};
  if (path) {
    encrypt_path(*path, provisional.tree, epoch.own_leaf, added, encode(provisional.context),
                 entropy)
        .value();
    if (forgery.edit_path) forgery.edit_path(path->path);
    if (forgery.resign)
      sign_leaf(path->path.leaf_node, {epoch.context.group_id, epoch.own_leaf}, key);
    mine.commit_secret = path->derived.commit_secret.clone();
    commit.path = path->path;
  }
  const auto body = encode(commit);
  AuthenticatedContent message;
  message.content = state.own_content(ContentType::commit, forgery.authenticated_data);
  message.content.body = body;
  message.auth.signature =
      sign_content(message.wire_format, message.content, epoch.encoded_context, key);
  const auto next = advance_epoch(epoch, std::move(provisional), std::move(mine), message);
  message.auth.confirmation_tag = next.epoch.confirmation_tag;
  if (forgery.edit_message) forgery.edit_message(message);
  return state.encrypt(message, used, entropy).value();
}

}  // namespace tern::test
