#include "free_commit.hpp"

#include <algorithm>

#include "mls/private_message.hpp"
#include "mls/psk_lookup.hpp"

namespace tern::test {

using namespace mls;

namespace {

AppliedProposals applied_to(const GroupState& state, const Commit& commit) {
  const auto& epoch = *state.epoch;
  const auto list = resolve_proposals(commit, epoch.own_leaf, state.pending).value();
  auto applied = apply_proposals(list, epoch.own_leaf, epoch, {std::nullopt, UINT64_MAX});
  INFO((applied ? "" : applied.error().message()));
  REQUIRE(applied.has_value());
  return std::move(*applied);
}

// A path of the committer in the tree of `applied`, its leaf as the test wants it.
NewPath path_of(Person& committer, const FreeCommit& wish, AppliedProposals& applied) {
  const auto& epoch = epoch_of(committer);
  auto leaf = own_leaf_of(committer);
  if (wish.edit_leaf) wish.edit_leaf(leaf);
  const auto& key = wish.new_key ? *wish.new_key : committer.identity.signing_key;
  leaf.signature_key = key.verify_key();
  return create_path(applied.tree, epoch.own_leaf, std::move(leaf), epoch.context.group_id, key,
                     committer.entropy());
}

// The Welcomes to who is added, and the secrets that they are made of.
struct Welcoming {
  const FreeCommit& wish;
  const std::optional<NewPath>& path;
  const Secret& psk_secret;
  const std::vector<PreSharedKeyId>& psks;
  const std::vector<const KeyPackage*>& key_packages;
  const std::vector<LeafIndex>& added;
};

GroupSecrets secrets_for_newcomer(const Welcoming& welcoming, const AdvancedEpoch& next,
                                  LeafIndex newcomer) {
  GroupSecrets secrets{next.joiner_secret.clone(), {}, welcoming.psks};
  if (!welcoming.path) return secrets;
  const auto& nodes = welcoming.path->nodes;
  const auto common = common_ancestor(newcomer, next.epoch.own_leaf);
  const auto at = std::find(nodes.begin(), nodes.end(), common);
  if (at != nodes.end())
    secrets.path_secret =
        welcoming.path->derived.path_secrets[static_cast<std::size_t>(at - nodes.begin())].clone();
  return secrets;
}

void add_welcomes(PendingCommit& out, Person& committer, const Welcoming& welcoming,
                  const AdvancedEpoch& next) {
  GroupInfo info;
  info.group_context = next.epoch.context;
  if (welcoming.wish.tree == TreeTransport::in_welcome)
    info.extensions.push_back({extension_ratchet_tree, next.epoch.tree->encode()});
  info.confirmation_tag = next.epoch.confirmation_tag;
  info.signer = next.epoch.own_leaf;
  if (welcoming.wish.edit_info) welcoming.wish.edit_info(info);
  const auto& wish = welcoming.wish;
  sign_group_info(info, wish.new_key ? *wish.new_key : committer.identity.signing_key);
  out.welcome_group_info =
      encrypt_group_info(encode(info), welcome_secret(next.joiner_secret, welcoming.psk_secret));
  for (std::size_t i = 0; i < welcoming.added.size(); ++i) {
    const auto secrets = secrets_for_newcomer(welcoming, next, welcoming.added[i]);
    const auto& key_package = *welcoming.key_packages[i];
    auto sealed = encrypt_with_label(key_package.init_key, "Welcome", out.welcome_group_info,
                                     encode_secret(secrets), committer.entropy())
                      .value();
    const EncryptedGroupSecrets element{key_package_ref(key_package), std::move(sealed)};
    out.welcomes.push_back(
        {element.new_member, key_package.leaf_node.signature_key, encode(element)});
  }
}

// The keys after the commit: those of the path in place of those that it replaces.
PrivateKeys keys_after_path(const Epoch& epoch, const RatchetTree& tree,
                            const std::optional<NewPath>& path) {
  auto keys = epoch.keys.clone();
  if (path) keys.leaf = path->leaf_key.clone();
  keys.forget_outdated(tree);
  if (!path) return keys;
  for (const auto& known : path->derived.keys) keys.path.push_back({known.node, known.key.clone()});
  return keys;
}

// PrivateMessage, put together by hand (§6.3): this library pads in one way only.
Bytes encrypt_padded(GroupState& state, const AuthenticatedContent& message, std::size_t padding,
                     RecordChanges& changes, Entropy& entropy) {
  const auto& content = message.content;
  const auto own_leaf = state.epoch->own_leaf;
  Writer plain;
  plain.raw(content.body).vector(message.auth.signature).vector(*message.auth.confirmation_tag);
  plain.raw(Bytes(padding));
  Writer sender_aad;
  sender_aad.vector(content.group_id).number(content.epoch);
  write_enum(sender_aad, content.content_type);
  Writer aad;
  aad.raw(sender_aad.span()).vector(content.authenticated_data);

  auto use = state.secret_tree.use_next(own_leaf, RatchetKind::handshake).value();
  Bytes guard(4);
  entropy.fill(guard);
  crypto::SecretNonce nonce(use.key().nonce);
  for (std::size_t i = 0; i < guard.size(); ++i) nonce.bytes[i] ^= guard[i];
  const auto sealed = crypto::aead_seal(use.key().key.span(), nonce, aad.span(), plain.span());
  Writer sender;
  sender.number(own_leaf.value).number(use.generation()).raw(guard);
  const auto key = sender_data_key(state.epoch->secrets.sender_data, sealed);
  const auto sealed_sender = crypto::aead_seal(key.key.span(), crypto::SecretNonce(key.nonce),
                                               sender_aad.span(), sender.span());
  state.secret_tree.consume(std::move(use), changes);
  Writer out;
  write_message_header(out, WireFormat::private_message);
  out.raw(aad.span()).vector(sealed_sender).vector(sealed);
  return std::move(out).take();
}

}  // namespace

PendingCommit make_free_commit(Person& committer, const FreeCommit& wish) {
  auto& state = committer.group().state();
  const auto& epoch = epoch_of(committer);
  Commit commit{wish.proposals, std::nullopt};
  auto applied = applied_to(state, commit);
  const auto added = applied.added;
  const auto psks = applied.psks;
  const auto key_packages = applied.key_packages;
  const auto with_psk = mls::find_psk_secret(psks, {&epoch}, committer.acquaintances).value();
  std::optional<NewPath> path;
  if (wish.has_path) path = path_of(committer, wish, applied);
  applied.tree.rehash();
  auto provisional = provisional_epoch(epoch, applied);
  PrivateEpoch mine{epoch.own_leaf, keys_after_path(epoch, provisional.tree, path), {}, {}, {}};
  mine.psk_secret = with_psk.clone();
  if (path) {
    REQUIRE(encrypt_path(*path, provisional.tree, epoch.own_leaf, added,
                         encode(provisional.context), committer.entropy()));
    mine.commit_secret = path->derived.commit_secret.clone();
    commit.path = path->path;
  }
  const auto body = encode(commit);
  AuthenticatedContent message;
  message.wire_format = wish.format;
  message.content = state.own_content(ContentType::commit, wish.authenticated_data);
  message.content.body = body;
  message.auth.signature = sign_content(message.wire_format, message.content, epoch.encoded_context,
                                        committer.identity.signing_key);
  auto next = advance_epoch(epoch, std::move(provisional), std::move(mine), message);
  message.auth.confirmation_tag = next.epoch.confirmation_tag;

  PendingCommit out;
  if (!added.empty())
    add_welcomes(out, committer, {wish, path, with_psk, psks, key_packages, added}, next);
  out.message = wish.padding_bytes ? encrypt_padded(state, message, *wish.padding_bytes, out.own,
                                                    committer.entropy())
                                   : state.frame(message, out.own, committer.entropy()).value();
  committer.records.apply(out.own);
  out.next = std::make_unique<Group>(
      GroupState::start(std::move(next.epoch), std::move(next.encryption_secret)));
  return out;
}

std::vector<ProposalOrRef> pending_refs(Person& person) {
  const auto& state = person.group().state();
  std::vector<ProposalOrRef> refs;
  for (const auto& pending : state.pending.all()) {
    const bool is_own_update = std::holds_alternative<Update>(pending->proposal) &&
                               pending->sender == Sender(state.epoch->own_leaf);
    if (!is_own_update) refs.emplace_back(pending->ref);
  }
  return refs;
}

KeyPackage key_package_in(ByteSpan message) { return open_key_package(message).value(); }

}  // namespace tern::test
