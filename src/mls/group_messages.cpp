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

Result<Opened> open_sealed(const PrivateMessage& message, const Epoch& epoch,
                           const SecretTree& tree) {
  TERN_ASSIGN(const auto sender, open_sender_data(message, epoch.secrets.sender_data));
  // §6.3.2: "the recipient MUST verify that the leaf index indicated in the leaf_index field
  // identifies a non-blank node."
  TERN_ASSIGN(const auto* const leaf, epoch.tree.leaf(sender.leaf));
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

Result<void> check_place(ByteSpan group_id, std::uint64_t message_epoch, const Epoch& epoch) {
  if (!std::equal(group_id.begin(), group_id.end(), epoch.context.group_id.begin(),
                  epoch.context.group_id.end()))
    return Errc::mls_group_id_mismatch;
  // §12.1, §12.4.2: "the epoch field of the enclosing FramedContent is equal to the epoch field of
  // the current GroupContext".
  if (message_epoch != epoch.context.epoch) return Errc::mls_epoch_mismatch;
  return {};
}

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

namespace {

Result<Received> receive_private(GroupState& state, ByteSpan body, const Judge& judge,
                                 RecordChanges& consumed) {
  const auto& epoch = *state.epoch;
  TERN_ASSIGN(const auto parsed, decode<PrivateMessage>(body));
  TERN_TRY(check_place(parsed.group_id, parsed.epoch, epoch));
  TERN_ASSIGN(auto opened, open_sealed(parsed, epoch, state.secret_tree));
  if (parsed.content_type != ContentType::application) TERN_TRY(epoch.read_tree());
  const auto generation = opened.use.generation();
  // §9.2: a key that was used "to encrypt or (successfully) decrypt a message" is consumed,
  // whatever the message is worth. One whose signature is wrong is not its sender's: that key is
  // still to come.
  state.secret_tree.consume(std::move(opened.use), consumed);
  return receive_content(state, opened.content.message, judge, generation);
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
