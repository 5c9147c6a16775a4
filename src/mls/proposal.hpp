// Proposals (RFC 9420 §12.1) as they are encoded; what makes them valid is proposal_list.hpp.
#pragma once

#include <variant>

#include "mls/key_package_format.hpp"
#include "mls/psk.hpp"
#include "mls/reinit.hpp"

namespace tern::mls {

enum class ProposalType : std::uint16_t {
  add = 1,
  update = 2,
  remove = 3,
  psk = 4,
  reinit = 5,
  external_init = 6,
  group_context_extensions = 7,
};

/// §12.1.1.
struct Add {
  KeyPackage key_package;
};
/// §12.1.2.
struct Update {
  LeafNode leaf_node;
};
/// §12.1.3.
struct Remove {
  LeafIndex removed;
};
/// §12.1.4.
struct PreSharedKeyProposal {
  PreSharedKeyId psk;
};
/// §12.1.6.
struct ExternalInit {
  crypto::DhPublicKey kem_output;
};
/// §12.1.7.
struct GroupContextExtensions {
  Extensions extensions;
};

template <>
Result<Add> read(Reader& reader);
void write(Writer& writer, const Add& add);
template <>
Result<Update> read(Reader& reader);
void write(Writer& writer, const Update& update);
template <>
Result<Remove> read(Reader& reader);
void write(Writer& writer, const Remove& remove);
template <>
Result<PreSharedKeyProposal> read(Reader& reader);
void write(Writer& writer, const PreSharedKeyProposal& psk);
template <>
Result<ExternalInit> read(Reader& reader);
void write(Writer& writer, const ExternalInit& external_init);
template <>
Result<GroupContextExtensions> read(Reader& reader);
void write(Writer& writer, const GroupContextExtensions& extensions);

/// In the order of ProposalType.
using AnyProposal = std::variant<Add, Update, Remove, PreSharedKeyProposal, ReInit, ExternalInit,
                                 GroupContextExtensions>;
// What it takes to copy, move and destroy one is compiled once, in proposal.cpp.
struct Proposal : AnyProposal {
  using AnyProposal::AnyProposal;
  Proposal(const Proposal& other);
  Proposal(Proposal&& other) noexcept;
  Proposal& operator=(const Proposal& other);
  Proposal& operator=(Proposal&& other) noexcept;
  ~Proposal();
};
ProposalType type_of(const Proposal& proposal);
/// Errors: mls_proposal_type_unsupported for a type other than these.
template <>
Result<Proposal> read(Reader& reader);
void write(Writer& writer, const Proposal& proposal);

/// §12.4: whether a Commit that covers such a proposal must have a path.
bool requires_path(ProposalType type);

}  // namespace tern::mls
