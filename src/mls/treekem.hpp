// Update paths: how a committer gives new keys to the nodes above its leaf, and how the others
// learn theirs (RFC 9420 §7.4-§7.6).
#pragma once

#include "mls/commit.hpp"
#include "mls/ratchet_tree.hpp"

namespace tern::mls {

/// The private keys of one member: of its leaf, and of the nodes above it that it knows.
struct PrivateKeys {
  struct NodeKey {
    NodeIndex node;
    crypto::DhKeyPair key;
  };
  crypto::DhKeyPair leaf;
  std::vector<NodeKey> path;

  PrivateKeys clone() const;
  /// Null when this member, at `own_leaf`, does not know the key of `node`.
  const crypto::DhKeyPair* find(NodeIndex node, LeafIndex own_leaf) const;
  /// §7.5: forgets the keys of nodes that `tree` has blanked or given other keys.
  void forget_outdated(const RatchetTree& tree);
};

/// path_secret[n] → node_secret[n] → key pair of node n, for `nodes` from the bottom up (§7.4).
struct DerivedPath {
  std::vector<PrivateKeys::NodeKey> keys;
  std::vector<Secret> path_secrets;  ///< one for each node
  Secret commit_secret;              ///< path_secret[n+1] of the last node
};
DerivedPath derive_path(Secret first_path_secret, std::span<const NodeIndex> nodes);

/// What a committer makes. Until encrypt_path() the path has no ciphertexts.
struct NewPath {
  UpdatePath path;
  std::vector<NodeIndex> nodes;  ///< the filtered direct path
  DerivedPath derived;
  crypto::DhKeyPair leaf_key;
};
/// Updates the direct path of `committer` in `tree`, to which the proposals have been applied:
/// fresh keys, parent hashes, a leaf like `leaf` with a new key and a signature (§7.5).
NewPath create_path(RatchetTree& tree, LeafIndex committer, LeafNode leaf, ByteSpan group_id,
                    const crypto::SigningKey& signing_key, Entropy& entropy);
/// Encrypts each path secret to the resolution of the copath, without the leaves in `added`
/// (sorted; §7.6). `group_context` is the provisional one. Errors: key_invalid.
Result<void> encrypt_path(NewPath& path, const RatchetTree& tree, LeafIndex committer,
                          std::span<const LeafIndex> added, ByteSpan group_context,
                          Entropy& entropy, Workers* workers = nullptr);

/// Checks the form of a received path against `tree` and merges it (§7.5, §12.4.2). Returns the
/// filtered direct path. Errors: mls_path_length_invalid, mls_path_ciphertext_count_invalid,
/// mls_path_key_not_unique, key_invalid, mls_parent_hash_invalid.
Result<std::vector<NodeIndex>> merge_path(RatchetTree& tree, LeafIndex committer,
                                          const UpdatePath& path, std::span<const LeafIndex> added);

/// Where a path is decrypted: the tree after merge_path(), and what it returned.
struct ReceivedPath {
  const RatchetTree& tree;
  const UpdatePath& path;
  std::span<const NodeIndex> nodes;
  LeafIndex committer;
  std::span<const LeafIndex> added;
};
/// Decrypts the path secret meant for `own_leaf`, replaces the keys above and returns the
/// commit_secret. Errors: mls_path_undecryptable, mls_path_key_mismatch.
Result<Secret> decrypt_path(const ReceivedPath& received, LeafIndex own_leaf, PrivateKeys& keys,
                            ByteSpan group_context);

/// What a joiner learns from the path secret in its Welcome (§12.4.3.1): the keys of the lowest
/// node above both it and the signer, and of those above. Errors: mls_welcome_invalid,
/// mls_path_key_mismatch.
Result<void> adopt_path_secret(const RatchetTree& tree, LeafIndex signer, LeafIndex own_leaf,
                               Secret path_secret, PrivateKeys& keys);

}  // namespace tern::mls
