#include "mls/leaf_validation.hpp"

#include <algorithm>

#include "mls/grease.hpp"
#include "tern/limits.hpp"

namespace tern::mls {
namespace {

using TypeList = std::vector<std::uint16_t>;

bool lists(const TypeList& list, std::uint16_t type) {
  return std::find(list.begin(), list.end(), type) != list.end();
}

bool lists_credential(const LeafNode& leaf, CredentialType type) {
  return lists(leaf.capabilities.credentials, static_cast<std::uint16_t>(type));
}

bool supports(const Capabilities& capabilities, const GroupParameters& parameters) {
  const auto& required = parameters.required;
  // GREASE that a leaf lists is nothing that it supports (§13.5: it MUST NOT be in what a group
  // requires), also when all leaves happen to have the same in common.
  const auto knows = [](const TypeList& list, auto type) {
    return !is_grease(type) && lists(list, type);
  };
  const auto knows_extension = [&](auto type) {
    return is_default_extension(type) || knows(capabilities.extensions, type);
  };
  const auto knows_proposal = [&](auto type) {
    return is_default_proposal(type) || knows(capabilities.proposals, type);
  };
  const auto knows_credential = [&](auto type) { return knows(capabilities.credentials, type); };
  // §7.3: "the required extensions, proposals, and credential types MUST be listed in the
  // LeafNode's capabilities field."
  return std::all_of(required.extensions.begin(), required.extensions.end(), knows_extension) &&
         std::all_of(required.proposals.begin(), required.proposals.end(), knows_proposal) &&
         std::all_of(required.credentials.begin(), required.credentials.end(), knows_credential) &&
         // §13.4: "The capabilities field MUST indicate support for each extension in the
         // GroupContext."
         std::all_of(parameters.extension_types.begin(), parameters.extension_types.end(),
                     knows_extension);
}

}  // namespace

Result<void> check_lifetime(const Lifetime& lifetime, const LifetimeRule& rule) {
  // §7.2: "Applications MUST define a maximum total lifetime that is acceptable for a LeafNode,
  // and reject any LeafNode where the total lifetime is longer than this duration."
  if (lifetime.not_after < lifetime.not_before) return Errc::mls_leaf_lifetime_expired;
  if (lifetime.not_after - lifetime.not_before > rule.longest_s)
    return Errc::mls_leaf_lifetime_too_long;
  // §7.3: "the client MUST verify that the current time is within the range of the lifetime
  // field" (sending), "RECOMMENDED" (receiving).
  if (rule.now_s && *rule.now_s < lifetime.not_before) return Errc::mls_leaf_lifetime_not_yet_valid;
  if (rule.now_s && *rule.now_s > lifetime.not_after) return Errc::mls_leaf_lifetime_expired;
  return {};
}

Result<void> check_leaf_itself(const LeafNode& leaf, ByteSpan encoded, const LeafPlace& place,
                               std::optional<LeafNodeSource> source) {
  // §7.3: "Verify the leaf_node_source field".
  if (source && leaf.source != *source) return Errc::mls_leaf_source_invalid;
  // §7.3: "Verify that the extensions in the LeafNode are supported by checking that the ID for
  // each extension in the extensions field is listed in the capabilities.extensions field".
  for (const auto& extension : leaf.extensions)
    if (!is_default_extension(extension.type) &&
        !lists(leaf.capabilities.extensions, extension.type))
      return Errc::mls_leaf_extension_unsupported;
  // §7.2: "the credential type used in the LeafNode MUST be included in the credentials field of
  // the capabilities field."
  if (!lists_credential(leaf, leaf.credential.type)) return Errc::mls_leaf_credential_unsupported;
  // §11.1: "At a minimum, all members of the group need to support the cipher suite and protocol
  // version in use."
  if (!lists(leaf.capabilities.versions, protocol_version_mls10) ||
      !lists(leaf.capabilities.cipher_suites, cipher_suite_3))
    return Errc::mls_leaf_capabilities_missing;
  // §10: "the leaf_node field MUST be valid for the cipher suite". A key that nobody can encrypt
  // to would stop all later commits; one that can be written in two ways is not unique.
  if (!crypto::is_canonical(leaf.encryption_key) || crypto::is_low_order(leaf.encryption_key))
    return Errc::key_invalid;
  // §7.3: "Verify that the signature on the LeafNode is valid using signature_key."
  if (!verify_leaf(leaf, encoded, place)) return Errc::mls_leaf_signature_invalid;
  return {};
}

Result<void> check_leaf_in_group(const LeafNode& leaf, const GroupRequirements& requirements) {
  if (!supports(leaf.capabilities, requirements.parameters))
    return Errc::mls_leaf_capabilities_missing;
  if (leaf.source == LeafNodeSource::key_package)
    TERN_TRY(check_lifetime(leaf.lifetime, requirements.lifetimes));
  return {};
}

bool knows_credentials_in_use(const LeafNode& leaf, const RatchetTree& tree) {
  const auto& in_use = tree.credential_types();
  return std::all_of(in_use.begin(), in_use.end(),
                     [&](const auto& type) { return lists_credential(leaf, type.first); });
}

Result<void> check_credential_types(const RatchetTree& tree, std::span<const LeafIndex> changed) {
  // §7.3: "Verify that the credential type is supported by all members of the group, […] and that
  // the capabilities field of this LeafNode indicates support for all the credential types
  // currently in use by other members."
  const auto& in_use = tree.credential_types();
  std::map<CredentialType, std::uint32_t> brought;
  for (const auto index : changed) {
    const auto* found = tree.leaf(index);
    if (!found) continue;
    const auto leaf = found->decoded();
    ++brought[leaf.credential.type];
    if (!knows_credentials_in_use(leaf, tree)) return Errc::mls_leaf_credential_unsupported;
  }
  // A type that others have used before is known to all by induction. One that came with the
  // changed leaves only must be looked for in every leaf.
  for (const auto& [type, count] : brought) {
    if (in_use.at(type) > count) continue;
    for (const auto index : tree.leaves())
      if (!lists_credential(tree.leaf(index)->decoded(), type))
        return Errc::mls_leaf_credential_unsupported;
  }
  return {};
}

Result<void> check_all_members_support(const RatchetTree& tree, const GroupParameters& parameters) {
  for (const auto index : tree.leaves())
    if (!supports(tree.leaf(index)->decoded().capabilities, parameters))
      return Errc::mls_proposal_extensions_unsupported;
  return {};
}

}  // namespace tern::mls
