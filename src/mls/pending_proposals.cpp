#include "mls/pending_proposals.hpp"

#include <algorithm>

#include "tern/limits.hpp"

namespace tern::mls {
namespace {

constexpr std::uint8_t record_version = 1;

bool before(const PendingPointer& proposal, const ProposalRef& ref) { return proposal->ref < ref; }

Result<PendingProposal> read_record(ByteSpan record) {
  Reader reader(record);
  PendingProposal out;
  TERN_ASSIGN(const auto version, reader.number<std::uint8_t>());
  if (version != record_version) return Errc::mls_state_malformed;
  TERN_ASSIGN(out.ref, reader.fixed<ProposalRef>());
  TERN_ASSIGN(out.sender.type, read_enum<SenderType>(reader));
  TERN_ASSIGN(out.sender.index, reader.number<std::uint32_t>());
  TERN_ASSIGN(out.proposal, read<Proposal>(reader));
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

Result<void> PendingProposals::add(PendingPointer proposal) {
  const auto at = std::lower_bound(by_ref_.begin(), by_ref_.end(), proposal->ref, before);
  if (at != by_ref_.end() && (*at)->ref == proposal->ref) return {};
  const auto bytes = mls::encode(proposal->proposal).size();
  auto& amount = of_sender_[proposal->sender];
  if (amount.count == limits::mls_pending_proposals_max ||
      amount.bytes + bytes > limits::mls_pending_bytes_max)
    return Errc::mls_too_many_proposals;
  ++amount.count;
  amount.bytes += bytes;
  by_ref_.insert(at, proposal);
  all_.push_back(std::move(proposal));
  return {};
}

const PendingProposal* PendingProposals::find(const ProposalRef& ref) const {
  const auto at = std::lower_bound(by_ref_.begin(), by_ref_.end(), ref, before);
  return at != by_ref_.end() && (*at)->ref == ref ? at->get() : nullptr;
}

}  // namespace tern::mls
