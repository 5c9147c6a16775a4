#include "mls_people.hpp"

#include "mls/commit.hpp"
#include "mls/group_state.hpp"
#include "mls/key_package_record.hpp"
#include "mls/psk.hpp"
#include "mls/transcript_hash.hpp"
#include "mls/welcome.hpp"

namespace tern::fuzzing {
namespace {

constexpr mls::Lifetime lifetime{now_s - 86'400, now_s + 86'400};

mls::Identity identity(std::string_view name, Entropy& entropy) {
  return {{mls::CredentialType::basic, to_bytes(as_bytes(name))},
          crypto::SigningKey::generate(entropy)};
}

/// The body with the signature on its path's leaf made anew, as far as it is a commit.
Bytes with_signed_path(ByteSpan body) {
  auto commit = mls::decode<mls::Commit>(body);
  if (!commit || !commit->path) return to_bytes(body);
  const auto& anna = *people().annas;
  mls::sign_leaf(commit->path->leaf_node, {anna.group_id(), anna.own_leaf()},
                 people().anna.signing_key);
  return mls::encode(*commit);
}

mls::GroupSecrets secrets_in(const mls::Welcome& welcome) {
  const auto mine = mls::PrivateKeyPackage::decode(people().cleos.private_record).value();
  for (const auto& entry : welcome.secrets) {
    if (entry.new_member != people().cleos.ref) continue;
    const auto opened = mls::decrypt_with_label(
        mine.init_key, "Welcome", welcome.encrypted_group_info, entry.encrypted_group_secrets);
    return mls::decode<mls::GroupSecrets>(opened.value()).value();
  }
  return {};
}

mls::Welcome parsed(ByteSpan welcome) {
  return mls::decode<mls::Welcome>(mls::open_message(welcome, mls::WireFormat::welcome).value())
      .value();
}

/// What follows from the rest of it, as an honest committer would have it.
void complete(mls::GroupInfo& info, const mls::Secret& joiner) {
  if (const auto* extension = mls::find_extension(info.extensions, mls::extension_ratchet_tree)) {
    if (auto tree = mls::RatchetTree::decode(extension->data)) {
      tree->rehash();
      info.group_context.tree_hash = tree->tree_hash();
    }
  }
  const auto start = mls::start_epoch(joiner, mls::psk_secret({}), mls::encode(info.group_context));
  info.confirmation_tag =
      mls::confirmation_tag(start.confirmation_key, info.group_context.confirmed_transcript_hash);
  mls::sign_group_info(info, people().anna.signing_key);
}

}  // namespace

People::People()
    : anna(identity("anna", entropy)),
      bo(identity("bo", entropy)),
      cleo(identity("cleo", entropy)),
      cleos(mls::make_key_package(cleo, lifetime, {}, entropy)) {
  const auto bos_package = mls::make_key_package(bo, lifetime, {}, entropy);
  Everybody everybody;
  auto group = mls::Group::create(as_bytes("a group"), anna, lifetime, {}, entropy).value();
  mls::CommitRequest request;
  request.add = {bos_package.message, cleos.message};
  auto commit = group.commit(request, anna, everybody, now_s, entropy).value();
  const ByteSpan secrets[] = {commit.welcomes[0].encrypted_group_secrets,
                              commit.welcomes[1].encrypted_group_secrets};
  welcome = mls::assemble_welcome(secrets, commit.welcome_group_info);
  annas = std::move(*commit.next);
  bos = mls::Group::join(welcome, bos_package.private_record, bo, everybody, now_s).value();
}

People& people() {
  static People all;
  return all;
}

Bytes sent_by_anna(mls::ContentType type, ByteSpan body) {
  const auto& p = people();
  auto annas = p.annas->clone();
  const auto signed_body =
      type == mls::ContentType::commit ? with_signed_path(body) : to_bytes(body);
  mls::AuthenticatedContent message;
  message.content = annas.state().own_content(type, {});
  message.content.body = signed_body;
  if (type == mls::ContentType::commit) message.auth.confirmation_tag = mls::Mac{};
  message.auth.signature =
      mls::sign_content(message.wire_format, message.content, annas.state().epoch->encoded_context,
                        p.anna.signing_key);
  mls::RecordChanges changes;
  crypto::DeterministicEntropy entropy(2);
  return annas.state().encrypt(message, changes, entropy).value();
}

Bytes found_by_bo(ByteSpan message) {
  auto& bos = people().bos->state();
  const auto body = mls::open_message(message, mls::WireFormat::private_message).value();
  const auto parsed_message = mls::decode<mls::PrivateMessage>(body).value();
  const auto sender = mls::open_sender_data(parsed_message, bos.epoch->secrets.sender_data).value();
  const auto use =
      bos.secret_tree
          .use(sender.leaf, mls::ratchet_for(parsed_message.content_type), sender.generation)
          .value();
  const auto content = mls::open_private(parsed_message, sender, use.key()).value();
  return to_bytes(content.message.content.body);
}

Bytes welcome_of_anna(mls::GroupInfo info) {
  const auto joiner = *mls::Secret::from(Bytes(mls::kdf_bytes, 7));
  complete(info, joiner);
  const auto mine = mls::PrivateKeyPackage::decode(people().cleos.private_record).value();
  const auto group_info =
      mls::encrypt_group_info(mls::encode(info), mls::welcome_secret(joiner, mls::psk_secret({})));
  mls::Welcome welcome;
  welcome.encrypted_group_info = group_info;
  crypto::DeterministicEntropy entropy(3);
  welcome.secrets.push_back(
      {people().cleos.ref,
       mls::encrypt_with_label(mine.key_package.init_key, "Welcome", welcome.encrypted_group_info,
                               mls::encode_secret({joiner.clone(), {}, {}}), entropy)
           .value()});
  Writer writer;
  mls::write_message_header(writer, mls::WireFormat::welcome);
  mls::write(writer, welcome);
  return std::move(writer).take();
}

Bytes found_by_cleo(ByteSpan welcome) {
  const auto parsed_welcome = parsed(welcome);
  const auto secrets = secrets_in(parsed_welcome);
  return to_bytes(
      mls::decrypt_group_info(parsed_welcome.encrypted_group_info,
                              mls::welcome_secret(secrets.joiner_secret, mls::psk_secret({})))
          .value());
}

}  // namespace tern::fuzzing
