// Sending and receiving in an epoch (RFC 9420 §6.3, §15): what a message is, and whose.
#include <algorithm>

#include "mls/handshake.hpp"
#include "mls/private_message.hpp"
#include "tern/limits.hpp"

namespace tern::mls {
namespace {

// A message of another member: opened, its signature verified, its key to be consumed.
struct Opened {
  PrivateContent content;
  SecretTree::Use use;
};

Result<PrivateMessage> parse(ByteSpan message, const Epoch& epoch) {
  TERN_ASSIGN(const auto body, open_message(message, WireFormat::private_message));
  TERN_ASSIGN(const auto parsed, decode<PrivateMessage>(body));
  if (!std::equal(parsed.group_id.begin(), parsed.group_id.end(), epoch.context.group_id.begin(),
                  epoch.context.group_id.end()))
    return Errc::mls_group_id_mismatch;
  // §12.1, §12.4.2: "the epoch field of the enclosing FramedContent is equal to the epoch field of
  // the current GroupContext".
  if (parsed.epoch != epoch.context.epoch) return Errc::mls_epoch_mismatch;
  return parsed;
}

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

Result<Protected> Group::protect(ByteSpan content, ByteSpan authenticated_data, const Identity& me,
                                 Entropy& entropy) {
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

Result<Received> Group::receive(ByteSpan message, Authenticator& authenticator, std::uint64_t now_s,
                                RecordChanges& consumed) {
  const auto& epoch = *state_->epoch;
  TERN_ASSIGN(const auto parsed, parse(message, epoch));
  TERN_ASSIGN(auto opened, open_sealed(parsed, epoch, state_->secret_tree));
  if (parsed.content_type != ContentType::application) TERN_TRY(epoch.read_tree());
  const auto generation = opened.use.generation();
  // §9.2: a key that was used "to encrypt or (successfully) decrypt a message" is consumed,
  // whatever the message is worth. One whose signature is wrong is not its sender's: that key is
  // still to come.
  state_->secret_tree.consume(std::move(opened.use), consumed);
  const Judge judge = judge_received(authenticator, now_s);
  const auto& content = opened.content.message.content;
  if (content.content_type == ContentType::commit) {
    TERN_ASSIGN(auto received, process_commit(*state_, opened.content.message, judge));
    return Received(std::move(received));
  }
  if (content.content_type == ContentType::proposal) {
    TERN_ASSIGN(auto received, receive_proposal(*state_, opened.content.message, judge));
    return Received(std::move(received));
  }
  Application out{{content.sender.index}, generation, to_bytes(content.authenticated_data), {}};
  TERN_ASSIGN(out.content, application_data(content));
  return Received(std::move(out));
}

}  // namespace tern::mls
