#include "hostile.hpp"

#include <algorithm>

namespace tern::test {

using namespace mls;

namespace {

Bytes encrypt(Person& sender, const AuthenticatedContent& message) {
  RecordChanges changes;
  auto bytes = sender.group().state().encrypt(message, changes, sender.entropy()).value();
  sender.records.apply(changes);
  return bytes;
}

}  // namespace

LeafNode own_leaf_of(Person& person) { return person.group().state().own().decoded(); }

Bytes forge_commit(Person& committer, const CommitForgery& forgery) {
  RecordChanges used;
  auto message = forge_commit(committer.group(), committer.identity.signing_key,
                              committer.entropy(), forgery, used);
  committer.records.apply(used);
  return message;
}

Bytes forge_proposal(Person& sender, const Proposal& proposal) {
  return forge_content(sender, {ContentType::proposal, encode(proposal), {}, {}, {}});
}

void send_proposal(Person& sender, const Proposal& proposal,
                   const std::vector<std::unique_ptr<Person>>& everybody) {
  Bytes message;
  const auto body = encode(proposal);
  ContentForgery forgery{ContentType::proposal, body, {}, {}, {}};
  forgery.edit_message = [&](AuthenticatedContent& content) {
    REQUIRE(
        sender.group().state().pending.add(std::make_shared<const PendingProposal>(PendingProposal{
            proposal_ref(content), sender.group().own_leaf(), proposal, std::nullopt})));
  };
  message = forge_content(sender, forgery);
  for (const auto& person : everybody) {
    if (person.get() == &sender) continue;
    const auto received = person->receive(message);
    INFO((received ? "" : received.error().message()));
    REQUIRE(received.has_value());
  }
}

Bytes forge_content(Person& sender, const ContentForgery& forgery) {
  auto& state = sender.group().state();
  AuthenticatedContent message;
  message.content = state.own_content(forgery.type, forgery.authenticated_data);
  message.content.body = forgery.body;
  if (forgery.sender) message.content.sender = Sender(*forgery.sender);
  message.auth.signature = sign_content(message.wire_format, message.content,
                                        state.epoch->encoded_context, sender.identity.signing_key);
  if (forgery.type == ContentType::commit) message.auth.confirmation_tag = Mac{};
  if (forgery.edit_message) forgery.edit_message(message);
  return encrypt(sender, message);
}

Bytes application_body(std::string_view text) {
  Writer writer;
  writer.vector(as_bytes(text));
  return std::move(writer).take();
}

LeafNode forge_update(Person& member, const std::function<void(LeafNode&)>& edit) {
  auto leaf = own_leaf_of(member);
  leaf.source = LeafNodeSource::update;
  leaf.encryption_key = crypto::DhKeyPair::generate(member.entropy()).public_key;
  if (edit) edit(leaf);
  sign_leaf(leaf, {member.group().group_id(), member.group().own_leaf()},
            member.identity.signing_key);
  return leaf;
}

PrivateKeyPackage forge_key_package(Person& person, const KeyPackageForgery& forgery) {
  const auto bundle = person.key_package();
  auto mine = PrivateKeyPackage::decode(bundle.private_record).value();
  auto& leaf = mine.key_package.leaf_node;
  if (forgery.edit_leaf) forgery.edit_leaf(leaf);
  sign_leaf(leaf, {as_bytes("a group"), {}}, person.identity.signing_key);
  if (forgery.edit) forgery.edit(mine.key_package);
  sign_key_package(mine.key_package, person.identity.signing_key);
  if (forgery.edit_signed) forgery.edit_signed(mine.key_package);
  return mine;
}

Bytes message_of(const KeyPackage& key_package) {
  Writer writer;
  write_message_header(writer, WireFormat::key_package);
  write(writer, key_package);
  return std::move(writer).take();
}

Invitation invite(Person& inviter, const PrivateKeyPackage& mine) {
  const auto& epoch = epoch_of(inviter);
  const Proposal add = Add{mine.key_package};
  auto applied =
      apply_proposals({{&add, epoch.own_leaf, nullptr}}, epoch.own_leaf, epoch, std::nullopt)
          .value();
  const auto added = applied.added.front();
  auto path = create_path(applied.tree, epoch.own_leaf, own_leaf_of(inviter),
                          epoch.context.group_id, inviter.identity.signing_key, inviter.entropy());
  AuthenticatedContent message;
  message.content = inviter.group().state().own_content(ContentType::commit, {});
  PrivateEpoch keys{epoch.own_leaf, epoch.keys.clone(), path.derived.commit_secret.clone(), {}};
  auto next = advance_epoch(epoch, provisional_epoch(epoch, applied), std::move(keys), message);
  std::optional<Secret> path_secret;
  const auto common = common_ancestor(added, epoch.own_leaf);
  for (std::size_t i = 0; i < path.nodes.size(); ++i)
    if (path.nodes[i] == common) path_secret = path.derived.path_secrets[i].clone();
  return {std::move(next.epoch), std::move(next.joiner_secret), std::move(path_secret), &mine};
}

Bytes forge_welcome(Person& inviter, const Invitation& invitation, const WelcomeForgery& forgery) {
  return forge_welcome_with_tree(inviter, invitation, invitation.epoch.tree->encode(), forgery);
}

Bytes forge_welcome_with_tree(Person& inviter, const Invitation& invitation, ByteSpan tree,
                              WelcomeForgery forgery) {
  GroupInfo info;
  info.group_context = invitation.epoch.context;
  if (const auto decoded = RatchetTree::decode(tree))
    info.group_context.tree_hash = decoded->tree_hash();
  info.extensions = {{extension_ratchet_tree, to_bytes(tree)}};
  info.signer = invitation.epoch.own_leaf;
  GroupSecrets secrets{invitation.joiner_secret.clone(), {}, {}};
  if (invitation.path_secret) secrets.path_secret = invitation.path_secret->clone();
  if (forgery.edit_info) forgery.edit_info(info);
  const auto start = start_epoch(secrets.joiner_secret, psk_secret({}), encode(info.group_context));
  info.confirmation_tag =
      confirmation_tag(start.confirmation_key, info.group_context.confirmed_transcript_hash);
  sign_group_info(info, inviter.identity.signing_key);
  if (forgery.edit_signed_info) forgery.edit_signed_info(info);
  if (forgery.edit_secrets) forgery.edit_secrets(secrets);

  const auto encrypted =
      encrypt_group_info(encode(info), welcome_secret(invitation.joiner_secret, psk_secret({})));
  Welcome welcome;
  welcome.encrypted_group_info = encrypted;
  const auto& key_package = invitation.mine->key_package;
  welcome.secrets.push_back(
      {key_package_ref(key_package),
       encrypt_with_label(key_package.init_key, "Welcome", welcome.encrypted_group_info,
                          encode_secret(secrets), inviter.entropy())
           .value()});
  if (forgery.edit_welcome) forgery.edit_welcome(welcome);
  Writer writer;
  write_message_header(writer, WireFormat::welcome);
  write(writer, welcome);
  return std::move(writer).take();
}

Result<Group> join(Person& person, const PrivateKeyPackage& mine, ByteSpan welcome) {
  return Group::join(welcome, mine.encode(), person.identity, person.acquaintances, now_s);
}

}  // namespace tern::test
