#include "mls/key_package.hpp"

#include <algorithm>

#include "mls/framing.hpp"
#include "mls/grease.hpp"
#include "mls/key_package_record.hpp"
#include "mls/key_package_validation.hpp"
#include "mls/welcome.hpp"

namespace tern::mls {
namespace {

constexpr std::uint8_t package_record_version = 1;

LeafNode new_leaf(const Identity& identity, Lifetime lifetime, Entropy& entropy) {
  LeafNode leaf;
  leaf.signature_key = identity.signing_key.verify_key();
  leaf.capabilities = own_capabilities();
  present(leaf, identity);
  add_grease(leaf.capabilities, entropy);
  leaf.source = LeafNodeSource::key_package;
  leaf.lifetime = lifetime;
  return leaf;
}

void list(std::vector<std::uint16_t>& known, std::uint16_t type) {
  if (std::find(known.begin(), known.end(), type) == known.end()) known.push_back(type);
}

}  // namespace

void present(LeafNode& leaf, const Identity& identity) {
  leaf.credential = identity.credential;
  leaf.extensions = identity.leaf_extensions;
  // §7.2: "The types of any non-default extensions that appear in the extensions field of a
  // LeafNode MUST be included in the extensions field of the capabilities field, and the credential
  // type used in the LeafNode MUST be included in the credentials field".
  list(leaf.capabilities.credentials, static_cast<std::uint16_t>(identity.credential.type));
  for (const auto& extension : leaf.extensions)
    if (!is_default_extension(extension.type)) list(leaf.capabilities.extensions, extension.type);
}

LeafNode make_leaf(const Identity& identity, Lifetime lifetime,
                   const crypto::DhPublicKey& encryption_key, Entropy& entropy) {
  auto leaf = new_leaf(identity, lifetime, entropy);
  leaf.encryption_key = encryption_key;
  sign_leaf(leaf, {}, identity.signing_key);
  return leaf;
}

KeyPackageBundle make_key_package(const Identity& identity, Lifetime lifetime,
                                  const Extensions& extensions, Entropy& entropy) {
  PrivateKeyPackage mine;
  mine.init_key = crypto::DhKeyPair::generate(entropy);
  mine.leaf_key = crypto::DhKeyPair::generate(entropy);
  auto& key_package = mine.key_package;
  key_package.init_key = mine.init_key.public_key;
  key_package.leaf_node = make_leaf(identity, lifetime, mine.leaf_key.public_key, entropy);
  key_package.extensions = extensions;
  // §13.5: a GREASE extension must be listed like any other.
  key_package.extensions.push_back({key_package.leaf_node.capabilities.extensions.back(), {}});
  sign_key_package(key_package, identity.signing_key);

  return {key_package_message(key_package), key_package_ref(key_package), mine.encode()};
}

Bytes key_package_message(const KeyPackage& key_package) {
  Writer writer;
  write_message_header(writer, WireFormat::key_package);
  write(writer, key_package);
  return std::move(writer).take();
}

Result<KeyPackage> open_key_package(ByteSpan message) {
  TERN_ASSIGN(const auto body, open_message(message, WireFormat::key_package));
  // The keys of other suites have other lengths: say so, rather than that they are malformed.
  Reader peek(body);
  TERN_ASSIGN(const auto version, peek.number<std::uint16_t>());
  TERN_ASSIGN(const auto suite, peek.number<std::uint16_t>());
  // §10: "MUST verify that the version field of the KeyPackage has the same value as the version
  // field of the MLSMessage."
  if (version != protocol_version_mls10) return Errc::mls_version_unknown;
  if (suite != cipher_suite_3) return Errc::mls_cipher_suite_unsupported;
  return decode<KeyPackage>(body);
}

Result<KeyPackage> read_key_package(ByteSpan message, const LifetimeRule& lifetimes) {
  TERN_ASSIGN(auto key_package, open_key_package(message));
  TERN_TRY(check_key_package(key_package, lifetimes));
  return key_package;
}

Result<KeyPackageInfo> inspect_key_package(ByteSpan message, std::uint64_t now_s,
                                           std::uint64_t longest_lifetime_s) {
  TERN_ASSIGN(auto key_package, read_key_package(message, {now_s, longest_lifetime_s}));
  auto& leaf = key_package.leaf_node;
  const auto ref = key_package_ref(key_package);
  return KeyPackageInfo{ref,
                        std::move(leaf.credential),
                        leaf.signature_key,
                        leaf.lifetime,
                        std::move(key_package.extensions),
                        std::move(leaf.capabilities),
                        std::move(leaf.extensions)};
}

Result<std::vector<KeyPackageRef>> welcome_recipients(ByteSpan welcome) {
  TERN_ASSIGN(const auto body, open_message(welcome, WireFormat::welcome));
  TERN_ASSIGN(const auto opened, decode<Welcome>(body));
  std::vector<KeyPackageRef> refs;
  for (const auto& secrets : opened.secrets) refs.push_back(secrets.new_member);
  return refs;
}

crypto::SecretBytes PrivateKeyPackage::encode() const {
  const auto encoded = mls::encode(key_package);
  BasicWriter<crypto::SecretBytes> writer;
  writer.reserve(1 + 32 + 32 + encoded.size());
  writer.number(package_record_version);
  writer.raw(init_key.private_key.span()).raw(leaf_key.private_key.span()).raw(encoded);
  return std::move(writer).take();
}

Result<PrivateKeyPackage> PrivateKeyPackage::decode(ByteSpan record) {
  Reader reader(record);
  const auto parse = [&]() -> Result<PrivateKeyPackage> {
    PrivateKeyPackage out;
    TERN_ASSIGN(const auto version, reader.number<std::uint8_t>());
    if (version != package_record_version) return Errc::mls_state_malformed;
    TERN_ASSIGN(const ByteSpan init, reader.raw(32));
    TERN_ASSIGN(const ByteSpan leaf, reader.raw(32));
    TERN_ASSIGN(out.key_package, mls::decode<KeyPackage>(reader.rest()));
    out.init_key = {*crypto::DhPrivateKey::from(init), out.key_package.init_key};
    out.leaf_key = {*crypto::DhPrivateKey::from(leaf), out.key_package.leaf_node.encryption_key};
    return out;
  };
  auto out = parse();
  if (!out) return Errc::mls_state_malformed;
  return out;
}

}  // namespace tern::mls
