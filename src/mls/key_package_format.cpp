#include "mls/key_package_format.hpp"

namespace tern::mls {
namespace {

constexpr std::string_view key_package_label = "KeyPackageTBS";

void write_unsigned(Writer& writer, const KeyPackage& key_package) {
  writer.number(key_package.version).number(key_package.cipher_suite);
  writer.vector(key_package.init_key);
  write(writer, key_package.leaf_node);
  write(writer, key_package.extensions);
}

}  // namespace

template <>
Result<KeyPackage> read(Reader& reader) {
  KeyPackage key_package;
  TERN_ASSIGN(key_package.version, reader.number<std::uint16_t>());
  TERN_ASSIGN(key_package.cipher_suite, reader.number<std::uint16_t>());
  TERN_ASSIGN(key_package.init_key, read_opaque<crypto::DhPublicKey>(reader, Errc::key_invalid));
  TERN_ASSIGN(key_package.leaf_node, read<LeafNode>(reader));
  TERN_ASSIGN(key_package.extensions, read_extensions(reader));
  TERN_ASSIGN(key_package.signature,
              read_opaque<crypto::Signature>(reader, Errc::mls_key_package_signature_invalid));
  return key_package;
}

void write(Writer& writer, const KeyPackage& key_package) {
  write_unsigned(writer, key_package);
  writer.vector(key_package.signature);
}

void sign_key_package(KeyPackage& key_package, const crypto::SigningKey& key) {
  Writer content;
  write_unsigned(content, key_package);
  key_package.signature = sign_with_label(key, key_package_label, {content.span()});
}

bool verify_key_package(const KeyPackage& key_package) {
  Writer content;
  write_unsigned(content, key_package);
  return verify_with_label(key_package.leaf_node.signature_key, key_package_label, {content.span()},
                           key_package.signature);
}

Digest key_package_ref(const KeyPackage& key_package) {
  return ref_hash("MLS 1.0 KeyPackage Reference", {encode(key_package)});
}

}  // namespace tern::mls
