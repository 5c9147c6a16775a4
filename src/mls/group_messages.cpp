// Sending and receiving in an epoch (RFC 9420 §6.3, §15): what a message is, and whose.
#include <algorithm>

#include "mls/handshake.hpp"
#include "mls/private_message.hpp"
#include "mls/public_message.hpp"
#include "tern/limits.hpp"

namespace tern::mls {
namespace {

// A message of another member: opened, its signature verified, its key to be consumed.
struct Opened {
  PrivateContent content;
  SecretTree::Use use;
};

Result<void> check_place(ByteSpan group_id, std::uint64_t message_epoch, const Epoch& epoch) {
  if (!std::equal(group_id.begin(), group_id.end(), epoch.context.group_id.begin(),
                  epoch.context.group_id.end()))
    return Errc::mls_group_id_mismatch;
  // §12.1, §12.4.2: "the epoch field of the enclosing FramedContent is equal to the epoch field of
  // the current GroupContext".
  if (message_epoch != epoch.context.epoch) return Errc::mls_epoch_mismatch;
  return {};
}

Result<Opened> open_sealed(const PrivateMessage& message, const Epoch& epoch,
                           const SecretTree& tree) {
  TERN_ASSIGN(const auto sender, open_sender_data(message, epoch.secrets.sender_data));
  // §6.3.2: "the recipient MUST verify that the leaf index indicated in the leaf_index field
  // identifies a non-blank node."
  const auto* leaf = epoch.tree.leaf(sender.leaf);
  if (!leaf) return Errc::mls_sender_not_member;
  if (sender.leaf == epoch.own_leaf) return Errc::mls_own_message;
  TERN_ASSIGN(auto use,
              tree.use(sender.leaf, ratchet_for(message.content_type), sender.generation));
  TERN_ASSIGN(auto content, open_private(message, sender, use.key()));
  // §6.1: "Recipients of an MLSMessage MUST verify the signature".
  if (!verify_content(content.message, epoch.encoded_context, leaf->signature_key()))
    return Errc::mls_signature_invalid;
  return Opened{std::move(content), std::move(use)};
}

Result<crypto::SecretBytes> application_data(const FramedContent& content) {
  Reader reader(content.body);
  TERN_ASSIGN(const auto data, reader.vector());
  return crypto::SecretBytes(data);
}

}  // namespace

Result<Bytes> GroupState::encrypt(const AuthenticatedContent& message, RecordChanges& changes,
                                  Entropy& entropy) {
  const auto kind = ratchet_for(message.content.content_type);
  TERN_ASSIGN(auto use, secret_tree.use_next(epoch->own_leaf, kind));
  // Of handshakes that nobody took the others know nothing: they would not move their ratchet so
  // far at once (§15.3).
  if (kind == RatchetKind::handshake && use.generation() > limits::generations_forward_max)
    return Errc::counter_exhausted;
  auto bytes =
      protect_private(message.content, message.auth,
                      {&epoch->secrets.sender_data, &use.key(), use.generation()}, entropy);
  secret_tree.consume(std::move(use), changes);
  return bytes;
}

Result<Bytes> GroupState::frame(const AuthenticatedContent& message, RecordChanges& changes,
                                Entropy& entropy) {
  if (message.wire_format == WireFormat::private_message) return encrypt(message, changes, entropy);
  PublicMessage out{message, {}};
  out.membership_tag = membership_tag(message, epoch->encoded_context, epoch->secrets.membership);
  return encode_public(out);
}

Result<Protected> Group::protect(ByteSpan content, ByteSpan authenticated_data, const Identity& me,
                                 Entropy& entropy) {
  TERN_TRY(state_->check_goes_on());
  TERN_TRY(state_->check_identity(me));
  BasicWriter<crypto::SecretBytes> body;
  body.reserve(4 + content.size());
  body.vector(content);
  AuthenticatedContent message;
  message.content = state_->own_content(ContentType::application, authenticated_data);
  message.content.body = body.span();
  message.auth.signature = sign_content(message.wire_format, message.content,
                                        state_->epoch->encoded_context, me.signing_key);
  Protected out;
  TERN_ASSIGN(out.message, state_->encrypt(message, out.changes, entropy));
  return out;
}

namespace {

Result<Received> receive_content(GroupState& state, const AuthenticatedContent& message,
                                 const Judge& judge, std::uint32_t generation) {
  const auto& content = message.content;
  if (content.content_type == ContentType::commit) {
    TERN_ASSIGN(auto received, process_commit(state, message, judge));
    return Received(std::move(received));
  }
  if (content.content_type == ContentType::proposal) {
    TERN_ASSIGN(auto received, receive_proposal(state, message, judge));
    return Received(std::move(received));
  }
  Application out{{content.sender.index}, generation, to_bytes(content.authenticated_data), {}};
  TERN_ASSIGN(out.content, application_data(content));
  return Received(std::move(out));
}

Result<Received> receive_private(GroupState& state, ByteSpan body, const Judge& judge,
                                 RecordChanges& consumed) {
  const auto& epoch = *state.epoch;
  TERN_ASSIGN(const auto parsed, decode<PrivateMessage>(body));
  TERN_TRY(check_place(parsed.group_id, parsed.epoch, epoch));
  TERN_ASSIGN(auto opened, open_sealed(parsed, epoch, state.secret_tree));
  const auto generation = opened.use.generation();
  // §9.2: a key that was used "to encrypt or (successfully) decrypt a message" is consumed,
  // whatever the message is worth. One whose signature is wrong is not its sender's: that key is
  // still to come.
  state.secret_tree.consume(std::move(opened.use), consumed);
  return receive_content(state, opened.content.message, judge, generation);
}

// §6.1: whose signature the message must have, of those who are no members.
Result<crypto::VerifyKey> key_of_outsider(const FramedContent& content, const Epoch& epoch) {
  const auto type = content.sender.type;
  // §6: external senders and new members propose; "new_member_commit" commits.
  const bool commits = type == SenderType::new_member_commit;
  if (content.content_type != (commits ? ContentType::commit : ContentType::proposal))
    return Errc::mls_content_type_invalid;
  if (type == SenderType::external) {
    // §12.1.8: "can only be used if the external_senders extension is present in the group's
    // GroupContext"; §6: "sender_index […] the index of the sender in" that.
    const auto& senders = epoch.parameters.external_senders;
    if (content.sender.index >= senders.size()) return Errc::mls_sender_type_not_allowed;
    return senders[content.sender.index].signature_key;
  }
  if (commits) {
    // §12.4.3.2: "the signature […] MUST verify using the public key for the credential in the
    // leaf_node of the path field."
    TERN_ASSIGN(const auto commit, decode<Commit>(content.body));
    if (!commit.path) return Errc::mls_commit_path_required;
    return commit.path->leaf_node.signature_key;
  }
  // §6.1: "new_member_proposal: the signature key in the LeafNode in the Add proposal".
  TERN_ASSIGN(const auto proposal, decode<Proposal>(content.body));
  const auto* add = std::get_if<Add>(&proposal);
  if (!add) return Errc::mls_proposal_sender_not_allowed;
  return add->key_package.leaf_node.signature_key;
}

Result<void> verify_readable(const PublicMessage& parsed, const Epoch& epoch) {
  const auto& content = parsed.message.content;
  if (const auto sender = content.sender.leaf()) {
    const auto* leaf = epoch.tree.leaf(*sender);
    if (!leaf) return Errc::mls_sender_not_member;
    if (*sender == epoch.own_leaf) return Errc::mls_own_message;
    return verify_public(parsed, epoch.encoded_context, leaf->signature_key(),
                         epoch.secrets.membership);
  }
  TERN_ASSIGN(const auto key, key_of_outsider(content, epoch));
  if (!verify_content(parsed.message, epoch.encoded_context, key))
    return Errc::mls_signature_invalid;
  return {};
}

Result<Received> receive_public(GroupState& state, ByteSpan body, const Judge& judge) {
  const auto& epoch = *state.epoch;
  TERN_ASSIGN(const auto parsed, decode<PublicMessage>(body));
  const auto& content = parsed.message.content;
  TERN_TRY(check_place(content.group_id, content.epoch, epoch));
  TERN_TRY(judge.authenticator.check_public_message(content.sender.type));
  TERN_TRY(verify_readable(parsed, epoch));
  return receive_content(state, parsed.message, judge, 0);
}

}  // namespace

Result<Received> Group::receive(ByteSpan message, Authenticator& authenticator, std::uint64_t now_s,
                                RecordChanges& consumed) {
  TERN_ASSIGN(const auto opened, open_message(message));
  // No honest member sends anything in such an epoch.
  TERN_TRY(state_->check_goes_on());
  const Judge judge = judge_received(authenticator, now_s);
  if (opened.wire_format == WireFormat::private_message)
    return receive_private(*state_, opened.body, judge, consumed);
  if (opened.wire_format == WireFormat::public_message)
    return receive_public(*state_, opened.body, judge);
  return Errc::mls_wire_format_unexpected;
}

}  // namespace tern::mls
