#include "mls/proposal.hpp"

namespace tern::mls {

template <>
Result<Add> read(Reader& reader) {
  TERN_ASSIGN(auto key_package, read<KeyPackage>(reader));
  return Add{std::move(key_package)};
}

void write(Writer& writer, const Add& add) { write(writer, add.key_package); }

template <>
Result<Update> read(Reader& reader) {
  TERN_ASSIGN(auto leaf_node, read<LeafNode>(reader));
  return Update{std::move(leaf_node)};
}

void write(Writer& writer, const Update& update) { write(writer, update.leaf_node); }

template <>
Result<Remove> read(Reader& reader) {
  TERN_ASSIGN(const auto removed, reader.number<std::uint32_t>());
  return Remove{LeafIndex{removed}};
}

void write(Writer& writer, const Remove& remove) { writer.number(remove.removed.value); }

template <>
Result<PreSharedKeyProposal> read(Reader& reader) {
  TERN_ASSIGN(auto psk, read<PreSharedKeyId>(reader));
  return PreSharedKeyProposal{std::move(psk)};
}

void write(Writer& writer, const PreSharedKeyProposal& psk) { write(writer, psk.psk); }

template <>
Result<ReInit> read(Reader& reader) {
  ReInit reinit;
  TERN_ASSIGN(reinit.group_id, read_bytes(reader));
  TERN_ASSIGN(reinit.version, reader.number<std::uint16_t>());
  TERN_ASSIGN(reinit.cipher_suite, reader.number<std::uint16_t>());
  TERN_ASSIGN(reinit.extensions, read_extensions(reader));
  return reinit;
}

void write(Writer& writer, const ReInit& reinit) {
  writer.vector(reinit.group_id).number(reinit.version).number(reinit.cipher_suite);
  write(writer, reinit.extensions);
}

template <>
Result<ExternalInit> read(Reader& reader) {
  TERN_ASSIGN(const auto kem_output,
              read_opaque<crypto::DhPublicKey>(reader, Errc::mls_proposal_external_init_invalid));
  return ExternalInit{kem_output};
}

void write(Writer& writer, const ExternalInit& external_init) {
  writer.vector(external_init.kem_output);
}

template <>
Result<GroupContextExtensions> read(Reader& reader) {
  TERN_ASSIGN(auto extensions, read_extensions(reader));
  return GroupContextExtensions{std::move(extensions)};
}

void write(Writer& writer, const GroupContextExtensions& extensions) {
  write(writer, extensions.extensions);
}

ProposalType type_of(const Proposal& proposal) {
  return static_cast<ProposalType>(proposal.index() + 1);
}

Proposal::Proposal(const Proposal& other) = default;
Proposal::Proposal(Proposal&& other) noexcept = default;
Proposal& Proposal::operator=(const Proposal& other) = default;
Proposal& Proposal::operator=(Proposal&& other) noexcept = default;
Proposal::~Proposal() = default;

namespace {
template <class T>
Result<Proposal> read_as(Reader& reader) {
  TERN_ASSIGN(auto body, read<T>(reader));
  return Proposal(std::move(body));
}
}  // namespace

template <>
Result<Proposal> read(Reader& reader) {
  TERN_ASSIGN(const auto type, read_enum<ProposalType>(reader));
  switch (type) {
    case ProposalType::add:
      return read_as<Add>(reader);
    case ProposalType::update:
      return read_as<Update>(reader);
    case ProposalType::remove:
      return read_as<Remove>(reader);
    case ProposalType::psk:
      return read_as<PreSharedKeyProposal>(reader);
    case ProposalType::reinit:
      return read_as<ReInit>(reader);
    case ProposalType::external_init:
      return read_as<ExternalInit>(reader);
    case ProposalType::group_context_extensions:
      return read_as<GroupContextExtensions>(reader);
  }
  // §12.2: "a Proposal with a non-default proposal type that is not supported": this library
  // advertises none, so no member may commit one.
  return Errc::mls_proposal_type_unsupported;
}

void write(Writer& writer, const Proposal& proposal) {
  write_enum(writer, type_of(proposal));
  std::visit([&](const auto& body) { write(writer, body); }, proposal);
}

bool requires_path(ProposalType type) {
  switch (type) {
    case ProposalType::add:
    case ProposalType::psk:
    case ProposalType::reinit:
      return false;
    default:
      return true;
  }
}

}  // namespace tern::mls
