#include "mls/commit.hpp"

#include "tern/limits.hpp"

namespace tern::mls {
namespace {

// A path has a node for each level of the tree at most.
constexpr std::size_t path_nodes_max = 32;
enum class ProposalOrRefType : std::uint8_t { proposal = 1, reference = 2 };

}  // namespace

template <>
Result<HpkeCiphertext> read(Reader& reader) {
  HpkeCiphertext sealed;
  TERN_ASSIGN(sealed.kem_output, read_opaque<crypto::DhPublicKey>(reader, Errc::key_invalid));
  TERN_ASSIGN(sealed.ciphertext, read_bytes(reader));
  return sealed;
}

void write(Writer& writer, const HpkeCiphertext& sealed) {
  writer.vector(sealed.kem_output).vector(sealed.ciphertext);
}

template <>
Result<UpdatePathNode> read(Reader& reader) {
  UpdatePathNode node;
  TERN_ASSIGN(node.encryption_key, read_opaque<crypto::DhPublicKey>(reader, Errc::key_invalid));
  TERN_ASSIGN(node.encrypted_path_secret,
              read_list<HpkeCiphertext>(reader, limits::mls_leaves_max,
                                        Errc::mls_path_ciphertext_count_invalid));
  return node;
}

void write(Writer& writer, const UpdatePathNode& node) {
  writer.vector(node.encryption_key);
  write_list(writer, node.encrypted_path_secret);
}

template <>
Result<UpdatePath> read(Reader& reader) {
  UpdatePath path;
  TERN_ASSIGN(path.leaf_node, read<LeafNode>(reader));
  TERN_ASSIGN(path.nodes,
              read_list<UpdatePathNode>(reader, path_nodes_max, Errc::mls_path_length_invalid));
  return path;
}

void write(Writer& writer, const UpdatePath& path) {
  write(writer, path.leaf_node);
  write_list(writer, path.nodes);
}

template <>
Result<ProposalOrRef> read(Reader& reader) {
  TERN_ASSIGN(const auto type, read_enum<ProposalOrRefType>(reader));
  if (type == ProposalOrRefType::proposal) {
    TERN_ASSIGN(auto proposal, read<Proposal>(reader));
    return ProposalOrRef(std::move(proposal));
  }
  if (type != ProposalOrRefType::reference) return Errc::mls_malformed;
  TERN_ASSIGN(const auto reference, read_opaque<ProposalRef>(reader));
  return ProposalOrRef(reference);
}

void write(Writer& writer, const ProposalOrRef& proposal) {
  if (const auto* by_value = std::get_if<Proposal>(&proposal)) {
    write_enum(writer, ProposalOrRefType::proposal);
    write(writer, *by_value);
  } else {
    write_enum(writer, ProposalOrRefType::reference);
    writer.vector(std::get<ProposalRef>(proposal));
  }
}

template <>
Result<Commit> read(Reader& reader) {
  Commit commit;
  TERN_ASSIGN(commit.proposals, read_list<ProposalOrRef>(reader, limits::mls_proposals_max,
                                                         Errc::mls_too_many_proposals));
  TERN_ASSIGN(const bool has_path, read_presence(reader));
  if (has_path) {
    TERN_ASSIGN(commit.path, read<UpdatePath>(reader));
  }
  return commit;
}

void write(Writer& writer, const Commit& commit) {
  write_list(writer, commit.proposals);
  writer.number(static_cast<std::uint8_t>(commit.path.has_value()));
  if (commit.path) write(writer, *commit.path);
}

}  // namespace tern::mls
