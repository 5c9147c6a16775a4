#include "mls/leaf_node.hpp"

#include "tern/limits.hpp"

namespace tern::mls {
namespace {

constexpr std::string_view leaf_node_label = "LeafNodeTBS";
// opaque signature<V> of Ed25519: a length of two octets, then the signature. It ends a LeafNode.
constexpr std::size_t signature_field_bytes = 2 + crypto::Signature::size_bytes;

void write_unsigned(Writer& writer, const LeafNode& leaf) {
  writer.vector(leaf.encryption_key).vector(leaf.signature_key);
  write(writer, leaf.credential);
  write(writer, leaf.capabilities);
  write_enum(writer, leaf.source);
  if (leaf.source == LeafNodeSource::key_package)
    writer.number(leaf.lifetime.not_before).number(leaf.lifetime.not_after);
  if (leaf.source == LeafNodeSource::commit) write_parent_hash(writer, leaf.parent_hash);
  write(writer, leaf.extensions);
}

// What LeafNodeTBS holds after the fields of the LeafNode.
Bytes place_suffix(LeafNodeSource source, const LeafPlace& place) {
  if (source == LeafNodeSource::key_package) return {};
  Writer writer;
  writer.vector(place.group_id).number(place.index.value);
  return std::move(writer).take();
}

}  // namespace

template <>
Result<Capabilities> read(Reader& reader) {
  constexpr auto max = limits::mls_capabilities_max;
  constexpr auto over = Errc::too_long;
  Capabilities capabilities;
  TERN_ASSIGN(capabilities.versions, read_u16_list(reader, max, over));
  TERN_ASSIGN(capabilities.cipher_suites, read_u16_list(reader, max, over));
  TERN_ASSIGN(capabilities.extensions, read_u16_list(reader, max, over));
  TERN_ASSIGN(capabilities.proposals, read_u16_list(reader, max, over));
  TERN_ASSIGN(capabilities.credentials, read_u16_list(reader, max, over));
  return capabilities;
}

void write(Writer& writer, const Capabilities& capabilities) {
  write_u16_list(writer, capabilities.versions);
  write_u16_list(writer, capabilities.cipher_suites);
  write_u16_list(writer, capabilities.extensions);
  write_u16_list(writer, capabilities.proposals);
  write_u16_list(writer, capabilities.credentials);
}

Capabilities own_capabilities() {
  Capabilities own;
  own.versions = {protocol_version_mls10};
  own.cipher_suites = {cipher_suite_3};
  own.extensions = {extension_tern_policy, extension_last_resort};
  own.credentials = {static_cast<std::uint16_t>(CredentialType::basic)};
  return own;
}

Result<ParentHash> read_parent_hash(Reader& reader) {
  TERN_ASSIGN(const ByteSpan bytes, reader.vector());
  if (bytes.empty()) return ParentHash();
  const auto digest = Digest::from(bytes);
  if (!digest) return Errc::mls_malformed;
  return ParentHash(*digest);
}

void write_parent_hash(Writer& writer, const ParentHash& hash) {
  writer.vector(hash ? hash->span() : ByteSpan());
}

template <>
Result<LeafNode> read(Reader& reader) {
  LeafNode leaf;
  TERN_ASSIGN(leaf.encryption_key, read_opaque<crypto::DhPublicKey>(reader, Errc::key_invalid));
  TERN_ASSIGN(leaf.signature_key, read_opaque<crypto::VerifyKey>(reader, Errc::key_invalid));
  TERN_ASSIGN(leaf.credential, read<Credential>(reader));
  TERN_ASSIGN(leaf.capabilities, read<Capabilities>(reader));
  TERN_ASSIGN(leaf.source, read_enum<LeafNodeSource>(reader));
  switch (leaf.source) {
    case LeafNodeSource::key_package: {
      TERN_ASSIGN(leaf.lifetime.not_before, reader.number<std::uint64_t>());
      TERN_ASSIGN(leaf.lifetime.not_after, reader.number<std::uint64_t>());
      break;
    }
    case LeafNodeSource::update:
      break;
    case LeafNodeSource::commit: {
      TERN_ASSIGN(leaf.parent_hash, read_parent_hash(reader));
      break;
    }
    default:
      return Errc::mls_leaf_source_invalid;
  }
  TERN_ASSIGN(leaf.extensions, read_extensions(reader));
  TERN_ASSIGN(leaf.signature,
              read_opaque<crypto::Signature>(reader, Errc::mls_leaf_signature_invalid));
  return leaf;
}

void write(Writer& writer, const LeafNode& leaf) {
  write_unsigned(writer, leaf);
  writer.vector(leaf.signature);
}

void sign_leaf(LeafNode& leaf, const LeafPlace& place, const crypto::SigningKey& key) {
  Writer content;
  write_unsigned(content, leaf);
  leaf.signature =
      sign_with_label(key, leaf_node_label, {content.span(), place_suffix(leaf.source, place)});
}

bool verify_leaf(const LeafNode& leaf, ByteSpan encoded, const LeafPlace& place) {
  return verify_with_label(
      leaf.signature_key, leaf_node_label,
      {encoded.first(encoded.size() - signature_field_bytes), place_suffix(leaf.source, place)},
      leaf.signature);
}

}  // namespace tern::mls
