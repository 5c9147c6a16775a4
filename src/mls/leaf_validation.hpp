// LeafNode validation (RFC 9420 §7.3), by the leaf alone and against its group. Uniqueness of its
// keys is the tree's to say (proposal_list.hpp, tree_validation.hpp).
#pragma once

#include "mls/ratchet_tree.hpp"
#include "tern/limits.hpp"

namespace tern::mls {

/// How a leaf's lifetime is judged (§7.2, §7.3).
struct LifetimeRule {
  LifetimeRule(std::nullopt_t) {}                  // NOLINT: no clock
  LifetimeRule(std::uint64_t now) : now_s(now) {}  // NOLINT: this clock
  LifetimeRule(std::optional<std::uint64_t> now, std::uint64_t longest)
      : now_s(now), longest_s(longest) {}
  /// By the clock: always when this client sends leaves (§7.3: MUST), as the application wishes
  /// when it receives them (RECOMMENDED).
  std::optional<std::uint64_t> now_s;
  /// "a maximum total lifetime that is acceptable"
  std::uint64_t longest_s = limits::mls_leaf_lifetime_s_max;
};

/// What a group asks of its members' leaves.
struct GroupRequirements {
  GroupParameters parameters;
  LifetimeRule lifetimes;
};

/// Errors:
/// mls_leaf_lifetime_too_long, mls_leaf_lifetime_expired, mls_leaf_lifetime_not_yet_valid.
Result<void> check_lifetime(const Lifetime& lifetime, const LifetimeRule& rule);

/// What the leaf says of itself: its source, its signature, that it supports what it uses, that
/// its key is one. `encoded` is the leaf's encoding. Errors: mls_leaf_source_invalid,
/// mls_leaf_signature_invalid, mls_leaf_extension_unsupported, mls_leaf_credential_unsupported,
/// mls_leaf_capabilities_missing, key_invalid.
Result<void> check_leaf_itself(const LeafNode& leaf, ByteSpan encoded, const LeafPlace& place,
                               std::optional<LeafNodeSource> source);

/// Whether the leaf can be a member of such a group. Errors: mls_leaf_capabilities_missing,
/// those of check_lifetime().
Result<void> check_leaf_in_group(const LeafNode& leaf, const GroupRequirements& requirements);

/// Whether the leaf lists every credential type that members of `tree` use.
bool knows_credentials_in_use(const LeafNode& leaf, const RatchetTree& tree);

/// Whether all members of `tree` can read each other's credentials; the leaves in `changed` are
/// new to a tree in which that held. Errors: mls_leaf_credential_unsupported.
Result<void> check_credential_types(const RatchetTree& tree, std::span<const LeafIndex> changed);

/// §12.1.7: whether all members support what the group requires. Errors:
/// mls_proposal_extensions_unsupported.
Result<void> check_all_members_support(const RatchetTree& tree, const GroupParameters& parameters);

}  // namespace tern::mls
