#include "mls/external_proposal.hpp"

#include "mls/key_package_record.hpp"
#include "mls/public_message.hpp"

namespace tern::mls {
namespace {

// §12.1.8: "An external proposal MUST be sent as a PublicMessage object".
Bytes sign_from_outside(const ProposalPlace& place, const Sender& sender, const Proposal& proposal,
                        const crypto::SigningKey& key) {
  const auto body = encode(proposal);
  PublicMessage out;
  out.message.wire_format = WireFormat::public_message;
  out.message.content = {place.group_id,           place.epoch,           sender,
                         place.authenticated_data, ContentType::proposal, body};
  out.message.auth.signature = sign_content(out.message.wire_format, out.message.content, {}, key);
  return encode_public(out);
}

}  // namespace

Result<Bytes> external_proposal(const ProposalPlace& place, std::uint32_t sender_index,
                                const Proposal& proposal, const crypto::SigningKey& key) {
  // §12.1.8: "Messages from external senders containing proposal types other than the above MUST be
  // rejected as malformed."
  const auto type = type_of(proposal);
  if (type == ProposalType::update || type == ProposalType::external_init)
    return Errc::mls_proposal_sender_not_allowed;
  return sign_from_outside(place, {SenderType::external, sender_index}, proposal, key);
}

Result<Bytes> propose_joining(const ProposalPlace& place, ByteSpan key_package,
                              const Identity& me) {
  TERN_ASSIGN(auto opened, open_key_package(key_package));
  if (opened.leaf_node.signature_key != me.signing_key.verify_key())
    return Error(Errc::invalid_argument, "this identity's key is not the one in the KeyPackage");
  return sign_from_outside(place, {SenderType::new_member_proposal, 0}, Add{std::move(opened)},
                           me.signing_key);
}

}  // namespace tern::mls
