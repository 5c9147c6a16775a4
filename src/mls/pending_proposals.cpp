#include "mls/pending_proposals.hpp"

#include "tern/limits.hpp"

namespace tern::mls {
namespace {

constexpr std::uint8_t record_version = 1;

Result<PendingProposal> read_record(ByteSpan record) {
  Reader reader(record);
  PendingProposal out;
  TERN_ASSIGN(const auto version, reader.number<std::uint8_t>());
  if (version != record_version) return Errc::mls_state_malformed;
  TERN_ASSIGN(out.ref, reader.fixed<ProposalRef>());
  TERN_ASSIGN(out.sender.type, read_enum<SenderType>(reader));
  TERN_ASSIGN(out.sender.index, reader.number<std::uint32_t>());
  TERN_ASSIGN(out.proposal, read<Proposal>(reader));
  if (out.sender.type == SenderType::new_member_proposal &&
      !std::holds_alternative<Add>(out.proposal))
    return Errc::mls_state_malformed;
  TERN_ASSIGN(const bool has_key, read_presence(reader));
  if (has_key) {
    TERN_ASSIGN(const ByteSpan key, reader.raw(crypto::DhPrivateKey::size_bytes));
    out.own_leaf_key = crypto::DhKeyPair::from_private(*crypto::DhPrivateKey::from(key));
  }
  TERN_TRY(reader.finish());
  return out;
}

}  // namespace

crypto::SecretBytes PendingProposal::encode() const {
  const auto encoded = mls::encode(proposal);
  BasicWriter<crypto::SecretBytes> writer;
  writer.reserve(encoded.size() + 128);
  writer.number(record_version).raw(ref);
  writer.number(static_cast<std::uint8_t>(sender.type)).number(sender.index).raw(encoded);
  writer.number(static_cast<std::uint8_t>(own_leaf_key.has_value()));
  if (own_leaf_key) writer.raw(own_leaf_key->private_key.span());
  return std::move(writer).take();
}

Result<PendingProposal> PendingProposal::decode(ByteSpan record) {
  auto out = read_record(record);
  if (!out) return Errc::mls_state_malformed;
  return out;
}

namespace {

bool is_of_new_member(const PendingProposal& proposal) {
  return proposal.sender.type == SenderType::new_member_proposal;
}

const crypto::VerifyKey& key_of_new_member(const PendingProposal& proposal) {
  return std::get<Add>(proposal.proposal).key_package.leaf_node.signature_key;
}

}  // namespace

Result<void> PendingProposals::check(const PendingProposal& proposal) const {
  if (by_ref_.contains(proposal.ref)) return {};
  const bool is_new = is_of_new_member(proposal);
  if (is_new && new_members_.contains(key_of_new_member(proposal)))
    return Errc::mls_too_many_proposals;
  const auto found = of_sender_.find(proposal.sender);
  const auto amount = found != of_sender_.end() ? found->second : Amount();
  const auto bytes = mls::encode(proposal.proposal).size();
  // Those who are new are bounded together, but each asks once.
  const std::size_t share = is_new ? 16 : 1;
  if (amount.count == share * limits::mls_pending_proposals_max ||
      amount.bytes + bytes > share * limits::mls_pending_bytes_max)
    return Errc::mls_too_many_proposals;
  return {};
}

Result<bool> PendingProposals::add(PendingPointer proposal) {
  TERN_TRY(check(*proposal));
  if (!by_ref_.emplace(proposal->ref, proposal.get()).second) return false;
  auto& amount = of_sender_[proposal->sender];
  ++amount.count;
  amount.bytes += mls::encode(proposal->proposal).size();
  if (is_of_new_member(*proposal)) new_members_.insert(key_of_new_member(*proposal));
  all_.push_back(std::move(proposal));
  return true;
}

const PendingProposal* PendingProposals::find(const ProposalRef& ref) const {
  const auto found = by_ref_.find(ref);
  return found != by_ref_.end() ? found->second : nullptr;
}

}  // namespace tern::mls
