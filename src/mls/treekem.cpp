#include "mls/treekem.hpp"

#include <algorithm>
#include <iterator>

#include "base/check.hpp"
#include "mls/parent_hash.hpp"

namespace tern::mls {
namespace {

constexpr std::string_view path_label = "UpdatePathNode";

NodeIndex copath_child(NodeIndex node, LeafIndex committer) {
  return sibling(child_towards(node, committer));
}

// §7.5: blanks the direct path and gives the nodes of the filtered one their new keys.
void put_path(RatchetTree& tree, LeafIndex committer, std::span<const NodeIndex> nodes,
              const std::vector<UpdatePathNode>& path) {
  tree.blank_direct_path(committer);
  for (std::size_t i = 0; i < nodes.size(); ++i)
    tree.set_parent(nodes[i], {path[i].encryption_key, {}, {}});
  tree.rehash();
}

}  // namespace

// -- private keys

PrivateKeys PrivateKeys::clone() const {
  PrivateKeys out{leaf.clone(), {}};
  for (const auto& known : path) out.path.push_back({known.node, known.key.clone()});
  return out;
}

const crypto::DhKeyPair* PrivateKeys::find(NodeIndex node, LeafIndex own_leaf) const {
  if (node == node_of(own_leaf)) return &leaf;
  for (const auto& known : path)
    if (known.node == node) return &known.key;
  return nullptr;
}

void PrivateKeys::forget_outdated(const RatchetTree& tree) {
  std::erase_if(path, [&](const NodeKey& known) {
    const auto* node = tree.parent_node(known.node);
    return !node || node->encryption_key != known.key.public_key;
  });
}

DerivedPath derive_path(Secret first_path_secret, std::span<const NodeIndex> nodes) {
  DerivedPath out;
  auto path_secret = std::move(first_path_secret);
  for (const auto node : nodes) {
    const auto node_secret = derive_secret(path_secret.span(), "node");
    out.keys.push_back({node, crypto::hpke::derive_key_pair(node_secret.span())});
    auto next = derive_secret(path_secret.span(), "path");
    out.path_secrets.push_back(std::move(path_secret));
    path_secret = std::move(next);
  }
  out.commit_secret = std::move(path_secret);
  return out;
}

// -- the committer

NewPath create_path(RatchetTree& tree, LeafIndex committer, LeafNode leaf, ByteSpan group_id,
                    const crypto::SigningKey& signing_key, Entropy& entropy) {
  Secret first;
  entropy.fill(first.mutable_span());
  NewPath out{{}, tree.filtered_direct_path(committer), {}, crypto::DhKeyPair::generate(entropy)};
  out.derived = derive_path(std::move(first), out.nodes);
  for (const auto& known : out.derived.keys) out.path.nodes.push_back({known.key.public_key, {}});
  put_path(tree, committer, out.nodes, out.path.nodes);

  leaf.source = LeafNodeSource::commit;
  leaf.encryption_key = out.leaf_key.public_key;
  leaf.parent_hash = set_parent_hashes(tree, committer, out.nodes);
  sign_leaf(leaf, {group_id, committer}, signing_key);
  tree.set_leaf(committer, Leaf::of(leaf));
  tree.rehash();
  out.path.leaf_node = std::move(leaf);
  return out;
}

Result<void> encrypt_path(NewPath& path, const RatchetTree& tree, LeafIndex committer,
                          std::span<const LeafIndex> added, ByteSpan group_context,
                          Entropy& entropy, Workers* workers) {
  std::vector<Recipient> recipients;
  std::vector<std::size_t> ends;  // of each path node's, among `recipients`
  for (std::size_t i = 0; i < path.nodes.size(); ++i) {
    // §7.6: "the resolution of the corresponding copath node MUST exclude all new leaf nodes".
    for (const auto to : tree.resolution(copath_child(path.nodes[i], committer), added))
      recipients.push_back({tree.encryption_key(to), path.derived.path_secrets[i].span()});
    ends.push_back(recipients.size());
  }
  TERN_ASSIGN(auto sealed, encrypt_to_all(path_label, group_context, recipients, workers, entropy));
  auto next = std::make_move_iterator(sealed.begin());
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const auto end = std::make_move_iterator(sealed.begin() + static_cast<std::ptrdiff_t>(ends[i]));
    path.path.nodes[i].encrypted_path_secret.assign(next, end);
    next = end;
  }
  return {};
}

// -- the others

namespace {

Result<void> check_path_keys(const RatchetTree& tree, const UpdatePath& path) {
  // §12.4.2: "Verify that none of the public keys in the UpdatePath appear in any node of the new
  // ratchet tree."
  std::vector<crypto::DhPublicKey> keys = {path.leaf_node.encryption_key};
  for (const auto& node : path.nodes) keys.push_back(node.encryption_key);
  for (const auto& key : keys) {
    if (tree.count_encryption_key(key) != 0) return Errc::mls_path_key_not_unique;
    if (!crypto::is_canonical(key) || crypto::is_low_order(key)) return Errc::key_invalid;
  }
  std::sort(keys.begin(), keys.end());
  if (std::adjacent_find(keys.begin(), keys.end()) != keys.end())
    return Errc::mls_path_key_not_unique;
  return {};
}

}  // namespace

Result<std::vector<NodeIndex>> merge_path(RatchetTree& tree, LeafIndex committer,
                                          const UpdatePath& path,
                                          std::span<const LeafIndex> added) {
  auto nodes = tree.filtered_direct_path(committer);
  if (path.nodes.size() != nodes.size()) return Errc::mls_path_length_invalid;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    // §7.6: "The length of the encrypted_path_secret vector MUST be equal to the length of the
    // resolution of the copath node (excluding new leaf nodes)".
    const auto resolution = tree.resolution(copath_child(nodes[i], committer), added);
    if (path.nodes[i].encrypted_path_secret.size() != resolution.size())
      return Errc::mls_path_ciphertext_count_invalid;
  }
  TERN_TRY(check_path_keys(tree, path));
  put_path(tree, committer, nodes, path.nodes);
  // §7.9.2: "clients MUST recompute the expected value of parent_hash for the committer's new leaf
  // and verify that it matches the parent_hash value in the supplied leaf_node."
  if (set_parent_hashes(tree, committer, nodes) != path.leaf_node.parent_hash)
    return Errc::mls_parent_hash_invalid;
  tree.set_leaf(committer, Leaf::of(path.leaf_node));
  tree.rehash();
  return nodes;
}

namespace {

// The ciphertext for this member: of the one node in the resolution whose key it knows.
Result<Secret> decrypt_path_secret(const ReceivedPath& received, std::size_t position,
                                   LeafIndex own_leaf, const PrivateKeys& keys,
                                   ByteSpan group_context) {
  const auto resolution = received.tree.resolution(
      copath_child(received.nodes[position], received.committer), received.added);
  for (std::size_t i = 0; i < resolution.size(); ++i) {
    const auto* key = keys.find(resolution[i], own_leaf);
    if (!key) continue;
    const auto& sealed = received.path.nodes[position].encrypted_path_secret[i];
    const auto opened = decrypt_with_label(*key, path_label, group_context, sealed);
    if (!opened) return Errc::mls_path_undecryptable;
    auto secret = Secret::from(*opened);
    if (!secret) return Errc::mls_path_undecryptable;
    return std::move(*secret);
  }
  return Errc::mls_path_undecryptable;
}

// Takes over the keys of `derived` if they are the published ones.
Result<void> adopt(const RatchetTree& tree, DerivedPath& derived, PrivateKeys& keys) {
  for (const auto& known : derived.keys) {
    // §7.5: "Verify that the derived public keys are the same as the corresponding public keys
    // sent in the UpdatePath."
    if (tree.parent_node(known.node)->encryption_key != known.key.public_key)
      return Errc::mls_path_key_mismatch;
  }
  keys.forget_outdated(tree);
  for (auto& known : derived.keys) keys.path.push_back(std::move(known));
  return {};
}

}  // namespace

Result<Secret> decrypt_path(const ReceivedPath& received, LeafIndex own_leaf, PrivateKeys& keys,
                            ByteSpan group_context) {
  const auto common = common_ancestor(received.committer, own_leaf);
  const auto at = std::find(received.nodes.begin(), received.nodes.end(), common);
  TERN_CHECK(at != received.nodes.end());  // own_leaf is in the resolution of its copath child
  const auto position = static_cast<std::size_t>(at - received.nodes.begin());
  TERN_ASSIGN(auto path_secret,
              decrypt_path_secret(received, position, own_leaf, keys, group_context));
  auto derived = derive_path(std::move(path_secret), received.nodes.subspan(position));
  TERN_TRY(adopt(received.tree, derived, keys));
  return std::move(derived.commit_secret);
}

Result<void> adopt_path_secret(const RatchetTree& tree, LeafIndex signer, LeafIndex own_leaf,
                               Secret path_secret, PrivateKeys& keys) {
  if (signer == own_leaf) return Errc::mls_welcome_invalid;
  std::vector<NodeIndex> nodes;
  const auto common = common_ancestor(signer, own_leaf);
  // The signer has just set its filtered direct path: what is blank above it was filtered out.
  for (auto node = common;; node = parent(node)) {
    if (!tree.is_blank(node)) nodes.push_back(node);
    if (node == tree.root()) break;
  }
  if (nodes.empty() || nodes.front() != common) return Errc::mls_welcome_invalid;
  auto derived = derive_path(std::move(path_secret), nodes);
  return adopt(tree, derived, keys);
}

}  // namespace tern::mls
