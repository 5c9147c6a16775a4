// Commit and UpdatePath as they are encoded (RFC 9420 §7.6, §12.4).
#pragma once

#include "mls/proposal.hpp"

namespace tern::mls {

using ProposalRef = Digest;

template <>
Result<HpkeCiphertext> read(Reader& reader);
void write(Writer& writer, const HpkeCiphertext& sealed);

struct UpdatePathNode {
  crypto::DhPublicKey encryption_key;
  std::vector<HpkeCiphertext> encrypted_path_secret;
};
template <>
Result<UpdatePathNode> read(Reader& reader);
void write(Writer& writer, const UpdatePathNode& node);

struct UpdatePath {
  LeafNode leaf_node;
  std::vector<UpdatePathNode> nodes;  ///< along the filtered direct path, from leaf to root
};
template <>
Result<UpdatePath> read(Reader& reader);
void write(Writer& writer, const UpdatePath& path);

using ProposalOrRef = std::variant<Proposal, ProposalRef>;
template <>
Result<ProposalOrRef> read(Reader& reader);
void write(Writer& writer, const ProposalOrRef& proposal);

struct Commit {
  std::vector<ProposalOrRef> proposals;
  std::optional<UpdatePath> path;
};
/// Errors: mls_too_many_proposals, mls_path_length_invalid …
template <>
Result<Commit> read(Reader& reader);
void write(Writer& writer, const Commit& commit);

}  // namespace tern::mls
