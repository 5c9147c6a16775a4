#include "mls_office.hpp"

#include "mls/commit.hpp"
#include "mls/group_state.hpp"
#include "mls/key_package_record.hpp"
#include "mls/public_message.hpp"

namespace tern::fuzzing {
namespace {

constexpr mls::Lifetime valid{now_s - 86'400, now_s + 86'400};

mls::Identity office_identity(std::string_view name, Entropy& entropy) {
  return {{mls::CredentialType::basic, to_bytes(as_bytes(name))},
          crypto::SigningKey::generate(entropy)};
}

// Where Dora's leaf will be: the leftmost free one, behind those of Anna, Bo and Cem.
constexpr mls::LeafIndex doras_leaf{3};

mls::Extensions office_extensions(const mls::Identity& service) {
  const std::vector<mls::ExternalSender> senders = {
      {service.signing_key.verify_key(), service.credential}};
  Writer list;
  mls::write_list(list, senders);
  return {{mls::extension_external_senders, std::move(list).take()},
          {mls::extension_tern_policy, {1}}};
}

const crypto::SigningKey& key_of(Speaker speaker) {
  const auto& o = office();
  switch (speaker) {
    case Speaker::anna_proposes:
    case Speaker::anna_commits:
      return o.anna.signing_key;
    case Speaker::service_proposes:
      return o.service.signing_key;
    case Speaker::dora_proposes:
    case Speaker::dora_commits:
      break;
  }
  return o.dora.signing_key;
}

mls::Sender sender_of(Speaker speaker) {
  switch (speaker) {
    case Speaker::anna_proposes:
    case Speaker::anna_commits:
      break;
    case Speaker::service_proposes:
      return {mls::SenderType::external, 0};
    case Speaker::dora_proposes:
      return {mls::SenderType::new_member_proposal};
    case Speaker::dora_commits:
      return {mls::SenderType::new_member_commit};
  }
  return mls::LeafIndex{0};
}

bool commits(Speaker speaker) {
  return speaker == Speaker::anna_commits || speaker == Speaker::dora_commits;
}

Bytes commit_body(Speaker speaker, ByteSpan body) {
  auto commit = mls::decode<mls::Commit>(body);
  if (!commit || !commit->path) return to_bytes(body);
  auto& leaf = commit->path->leaf_node;
  leaf.signature_key = key_of(speaker).verify_key();
  const auto place = speaker == Speaker::dora_commits ? doras_leaf : mls::LeafIndex{0};
  mls::sign_leaf(leaf, {office().annas->group_id(), place}, key_of(speaker));
  return mls::encode(*commit);
}

Bytes proposal_body(Speaker speaker, ByteSpan body) {
  if (speaker != Speaker::dora_proposes) return to_bytes(body);
  auto proposal = mls::decode<mls::Proposal>(body);
  auto* add = proposal ? std::get_if<mls::Add>(&*proposal) : nullptr;
  if (!add) return to_bytes(body);
  const auto& key = office().dora.signing_key;
  add->key_package.leaf_node.signature_key = key.verify_key();
  mls::sign_leaf(add->key_package.leaf_node, {}, key);
  mls::sign_key_package(add->key_package, key);
  return mls::encode(*proposal);
}

}  // namespace

mls::PreSharedKeyId code_word() {
  mls::PreSharedKeyId id;
  id.psk_id = to_bytes(as_bytes("code word"));
  return id;
}

Result<std::optional<crypto::SecretBytes>> OpenDoor::find_psk(const mls::PreSharedKeyId& id) {
  if (id.type != mls::PskType::external || id.psk_id != code_word().psk_id)
    return std::optional<crypto::SecretBytes>();
  return std::optional(crypto::SecretBytes(as_bytes("open sesame")));
}

Office::Office()
    : anna(office_identity("anna", entropy)),
      bo(office_identity("bo", entropy)),
      cem(office_identity("cem", entropy)),
      service(office_identity("service", entropy)),
      dora(office_identity("dora", entropy)),
      doras(mls::make_key_package(dora, valid, {}, entropy)) {
  OpenDoor door;
  const auto bos_package = mls::make_key_package(bo, valid, {}, entropy);
  const auto cems_package = mls::make_key_package(cem, valid, {}, entropy);
  auto group =
      mls::Group::create(as_bytes("an office"), anna, valid, office_extensions(service), entropy)
          .value();
  mls::CommitRequest request;
  request.add = {bos_package.message, cems_package.message};
  auto commit = group.commit(request, anna, door, now_s, entropy).value();
  const ByteSpan secrets[] = {commit.welcomes[0].encrypted_group_secrets};
  bos = mls::Group::join(mls::assemble_welcome(secrets, commit.welcome_group_info),
                         bos_package.private_record, bo, door, now_s)
            .value();
  annas = std::move(*commit.next);
}

Office& office() {
  static Office all;
  return all;
}

Bytes said_by(Speaker speaker, ByteSpan bytes) {
  auto annas = office().annas->clone();
  const auto& epoch = *annas.state().epoch;
  const auto body = commits(speaker) ? commit_body(speaker, bytes) : proposal_body(speaker, bytes);
  auto content = annas.state().own_content(
      commits(speaker) ? mls::ContentType::commit : mls::ContentType::proposal, {});
  content.sender = sender_of(speaker);
  content.body = body;
  std::optional<mls::Mac> tag;
  if (commits(speaker)) tag = mls::Mac{};
  const auto& context = epoch.encoded_context;
  if (content.sender.is_member())
    return mls::protect_public(content, tag, context, key_of(speaker), epoch.secrets.membership)
        .value();
  constexpr auto in_the_open = mls::WireFormat::public_message;
  const auto signature = mls::sign_content(in_the_open, content, context, key_of(speaker));
  return mls::encode_public({{in_the_open, content, {signature, tag}}, std::nullopt});
}

Bytes told_by_anna(mls::GroupInfo info) {
  if (const auto* extension = mls::find_extension(info.extensions, mls::extension_ratchet_tree))
    if (auto tree = mls::RatchetTree::decode(extension->data)) {
      tree->rehash();
      info.group_context.tree_hash = tree->tree_hash();
    }
  mls::sign_group_info(info, office().anna.signing_key);
  Writer writer;
  mls::write_message_header(writer, mls::WireFormat::group_info);
  mls::write(writer, info);
  return std::move(writer).take();
}

Bytes body_of(ByteSpan message) {
  const auto opened = mls::open_message(message, mls::WireFormat::public_message).value();
  const auto parsed = mls::decode<mls::PublicMessage>(opened).value();
  return to_bytes(parsed.message.content.body);
}

}  // namespace tern::fuzzing
