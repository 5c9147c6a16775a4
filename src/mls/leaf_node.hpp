// LeafNode (RFC 9420 §7.2): one client's appearance in a group, signed by that client.
#pragma once

#include "crypto/dh.hpp"
#include "mls/extensions.hpp"
#include "mls/labels.hpp"
#include "mls/leaf_index.hpp"

namespace tern::mls {

/// RFC 9420 §6: mls10.
inline constexpr std::uint16_t protocol_version_mls10 = 1;
/// RFC 9420 §17.1: MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519.
inline constexpr std::uint16_t cipher_suite_3 = 3;

/// RFC 9420 §7.2, seconds of Unix time.
struct Lifetime {
  std::uint64_t not_before = 0;
  std::uint64_t not_after = 0;
  friend bool operator==(const Lifetime&, const Lifetime&) = default;
};

struct Capabilities {
  std::vector<std::uint16_t> versions;
  std::vector<std::uint16_t> cipher_suites;
  std::vector<std::uint16_t> extensions;
  std::vector<std::uint16_t> proposals;
  std::vector<std::uint16_t> credentials;
  friend bool operator==(const Capabilities&, const Capabilities&) = default;
};
template <>
Result<Capabilities> read(Reader& reader);
void write(Writer& writer, const Capabilities& capabilities);

/// What this library and tern's application support, without GREASE (§13.5).
Capabilities own_capabilities();

enum class LeafNodeSource : std::uint8_t { key_package = 1, update = 2, commit = 3 };

/// opaque parent_hash<V>: a digest, or nothing (for the root, and where there is no parent).
using ParentHash = std::optional<Digest>;
Result<ParentHash> read_parent_hash(Reader& reader);
void write_parent_hash(Writer& writer, const ParentHash& hash);

struct LeafNode {
  crypto::DhPublicKey encryption_key;
  crypto::VerifyKey signature_key;
  Credential credential;
  Capabilities capabilities;
  LeafNodeSource source = LeafNodeSource::key_package;
  Lifetime lifetime;       ///< source key_package only
  ParentHash parent_hash;  ///< source commit only
  Extensions extensions;
  crypto::Signature signature;
  friend bool operator==(const LeafNode&, const LeafNode&) = default;
};
template <>
Result<LeafNode> read(Reader& reader);
void write(Writer& writer, const LeafNode& leaf);

/// Where a leaf is, as far as its signature covers it (LeafNodeTBS: for the sources update and
/// commit, not for key_package).
struct LeafPlace {
  ByteSpan group_id;
  LeafIndex index;
};
/// Signs all of the other fields.
void sign_leaf(LeafNode& leaf, const LeafPlace& place, const crypto::SigningKey& key);
/// `encoded` is the encoding of a LeafNode that was read.
[[nodiscard]] bool verify_leaf(const LeafNode& leaf, ByteSpan encoded, const LeafPlace& place);

}  // namespace tern::mls
