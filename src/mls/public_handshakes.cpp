// Handshakes that came as PublicMessages (RFC 9420 §6.2): of members, and of who is none.
#include "mls/handshake.hpp"
#include "mls/public_message.hpp"

namespace tern::mls {
namespace {

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
    TERN_ASSIGN(const auto* const leaf, epoch.tree.leaf(*sender));
    if (!leaf) return Errc::mls_sender_not_member;
    TERN_TRY(verify_public(parsed, epoch.encoded_context, leaf->signature_key(),
                           epoch.secrets.membership));
    // Only now: that one's own message came back is something that an application may rely on.
    if (*sender == epoch.own_leaf) return Errc::mls_own_message;
    return {};
  }
  TERN_ASSIGN(const auto key, key_of_outsider(content, epoch));
  if (!verify_content(parsed.message, epoch.encoded_context, key))
    return Errc::mls_signature_invalid;
  return {};
}

}  // namespace

Result<Received> receive_public(GroupState& state, ByteSpan body, const Judge& judge) {
  const auto& epoch = *state.epoch;
  TERN_ASSIGN(const auto parsed, decode<PublicMessage>(body));
  const auto& content = parsed.message.content;
  TERN_TRY(check_place(content.group_id, content.epoch, epoch));
  TERN_TRY(judge.authenticator.check_public_message(content.sender.type));
  TERN_TRY(verify_readable(parsed, epoch));
  TERN_TRY(epoch.read_tree());
  return receive_content(state, parsed.message, judge, 0);
}

}  // namespace tern::mls
