// Making a commit and the Welcomes that go with it (RFC 9420 §12.4.1).
#include <algorithm>

#include "mls/commit_plan.hpp"
#include "mls/epoch_advance.hpp"
#include "mls/group_info_creation.hpp"
#include "mls/group_state.hpp"
#include "mls/key_package_record.hpp"
#include "mls/psk_lookup.hpp"
#include "mls/succession.hpp"
#include "mls/welcome.hpp"

namespace tern::mls {
namespace {

// "For each new member in the group": the secrets that its Welcome carries.
GroupSecrets secrets_for(LeafIndex member, LeafIndex committer, const Secret& joiner,
                         const NewPath& path, const std::vector<PreSharedKeyId>& psks) {
  // "The order of the psks MUST be the same as the order of PreSharedKey proposals in the proposals
  // vector."
  GroupSecrets secrets{joiner.clone(), {}, psks};
  // "Identify the lowest common ancestor in the tree of the new member's leaf node and the member
  // sending the Commit. […] Compute the path secret corresponding to the common ancestor node."
  const auto common = common_ancestor(member, committer);
  const auto at = std::find(path.nodes.begin(), path.nodes.end(), common);
  if (at != path.nodes.end())
    secrets.path_secret =
        path.derived.path_secrets[static_cast<std::size_t>(at - path.nodes.begin())].clone();
  return secrets;
}

// The tree goes beside them.
Result<void> check_welcome_extensions(Extensions extensions) {
  extensions.push_back({extension_ratchet_tree, {}});
  return check_extension_list(extensions);
}

Result<void> make_welcomes(PendingCommit& out, const CommitPlan& plan, const NewPath& path,
                           const AdvancedEpoch& next, const Secret& psk_secret,
                           const CommitRequest& request, const Identity& me, Entropy& entropy) {
  if (plan.added.empty()) return {};
  const auto& epoch = next.epoch;
  const auto info =
      encode(make_group_info(epoch, plan.tree_transport, request.welcome_extensions, me, entropy));
  out.welcome_group_info = encrypt_group_info(info, welcome_secret(next.joiner_secret, psk_secret));
  std::vector<crypto::SecretBytes> secrets;
  std::vector<Recipient> recipients;
  for (std::size_t i = 0; i < plan.added.size(); ++i) {
    secrets.push_back(encode_secret(
        secrets_for(plan.added[i], epoch.own_leaf, next.joiner_secret, path, plan.applied.psks)));
    recipients.push_back({plan.key_packages[i]->init_key, secrets.back()});
  }
  TERN_ASSIGN(auto sealed, encrypt_to_all("Welcome", out.welcome_group_info, recipients,
                                          request.workers, entropy));
  for (std::size_t i = 0; i < plan.added.size(); ++i) {
    const auto& key_package = *plan.key_packages[i];
    const EncryptedGroupSecrets element{key_package_ref(key_package), std::move(sealed[i])};
    out.welcomes.push_back(
        {element.new_member, key_package.leaf_node.signature_key, encode(element)});
  }
  return {};
}

}  // namespace

Bytes assemble_welcome(std::span<const ByteSpan> encrypted_group_secrets, ByteSpan group_info) {
  Writer writer;
  write_message_header(writer, WireFormat::welcome);
  writer.number(cipher_suite_3);
  writer.vector_of([&](Writer& list) {
    for (const auto element : encrypted_group_secrets) list.raw(element);
  });
  writer.vector(group_info);
  return std::move(writer).take();
}

Result<PendingCommit> Group::commit(const CommitRequest& request, const Identity& me,
                                    Authenticator& authenticator, std::uint64_t now_s,
                                    Entropy& entropy) {
  const Epoch& epoch = *state_->epoch;
  TERN_TRY(state_->check_goes_on());
  TERN_TRY(state_->check_identity(me));
  TERN_TRY(GroupState::check_format(request.format));
  TERN_TRY(check_welcome_extensions(request.welcome_extensions));
  TERN_TRY(epoch.read_tree());
  if (epoch.context.epoch == UINT64_MAX) return Errc::counter_exhausted;
  TERN_ASSIGN(auto plan, plan_commit(request, *state_, {authenticator, now_s}, entropy));

  const Epoch* before =
      request.predecessor ? request.predecessor->group->state_->epoch.get() : nullptr;
  TERN_ASSIGN(auto psk_secret, find_psk_secret(plan.applied.psks, {&epoch, before}, authenticator));

  // "Update the sender's direct path in the ratchet tree".
  auto leaf = state_->own().decoded();
  present(leaf, me);
  auto path = create_path(plan.applied.tree, epoch.own_leaf, std::move(leaf),
                          epoch.context.group_id, me.signing_key, entropy);
  auto changed = plan.applied.changed_leaves();
  changed.push_back(epoch.own_leaf);
  TERN_TRY(check_credential_types(plan.applied.tree, changed));
  auto provisional = provisional_epoch(epoch, plan.applied);
  TERN_TRY(encrypt_path(path, provisional.tree, epoch.own_leaf, plan.added,
                        encode(provisional.context), entropy, request.workers));

  // "Sign the FramedContent using the old GroupContext as context."
  const auto body = encode(Commit{std::move(plan.proposals), std::move(path.path)});
  AuthenticatedContent message;
  message.wire_format = request.format;
  message.content = state_->own_content(ContentType::commit, request.authenticated_data);
  message.content.body = body;
  message.auth.signature =
      sign_content(message.wire_format, message.content, epoch.encoded_context, me.signing_key);
  PrivateEpoch mine{epoch.own_leaf,
                    epoch.keys.clone(),
                    path.derived.commit_secret.clone(),
                    psk_secret.clone(),
                    {}};
  mine.keys.leaf = std::move(path.leaf_key);
  mine.keys.forget_outdated(provisional.tree);
  for (const auto& known : path.derived.keys)
    mine.keys.path.push_back({known.node, known.key.clone()});
  auto next = advance_epoch(epoch, std::move(provisional), std::move(mine), message);
  message.auth.confirmation_tag = next.epoch.confirmation_tag;
  TERN_ASSIGN(const auto* follows, successor_psk(plan.applied.psks));
  if (follows) {
    TERN_TRY(check_successor_group(*follows, before, next.epoch, authenticator));
    TERN_TRY(check_successor_members(*follows, *before, next.epoch, authenticator));
  }

  PendingCommit out;
  TERN_TRY(make_welcomes(out, plan, path, next, psk_secret, request, me, entropy));
  // Last, for it changes this Group: a key of the handshake ratchet is used once.
  TERN_ASSIGN(out.message, state_->frame(message, out.own, entropy));
  out.next = std::make_unique<Group>(
      GroupState::start(std::move(next.epoch), std::move(next.encryption_secret)));
  return out;
}

}  // namespace tern::mls
