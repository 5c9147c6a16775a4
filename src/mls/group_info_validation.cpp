#include "mls/group_info_validation.hpp"

#include "mls/tree_validation.hpp"

namespace tern::mls {
namespace {

Result<RatchetTree> find_tree(const GroupInfo& info, std::optional<ByteSpan> out_of_band) {
  if (const auto* extension = find_extension(info.extensions, extension_ratchet_tree))
    return RatchetTree::decode(extension->data);
  if (!out_of_band)
    return Error(Errc::mls_welcome_invalid, "the Welcome has no ratchet tree and none was given");
  return RatchetTree::decode(*out_of_band);
}

Result<void> check_itself(const GroupInfo& info, const RatchetTree& tree) {
  if (info.group_context.version != protocol_version_mls10) return Errc::mls_version_unknown;
  // "Verify that the cipher_suite in the GroupInfo matches the cipher_suite in the KeyPackage."
  if (info.group_context.cipher_suite != cipher_suite_3) return Errc::mls_cipher_suite_unsupported;
  // "The public key is taken from the LeafNode of the ratchet tree with leaf index signer. If the
  // node is blank or if signature verification fails, return an error."
  const auto* signer = tree.leaf(info.signer);
  if (!signer || !verify_group_info(info, signer->signature_key()))
    return Errc::mls_group_info_signature_invalid;
  return {};
}

// "For each non-empty leaf node, validate the LeafNode as described in §7.3."
Result<void> check_leaves(const RatchetTree& tree, const GroupContext& context,
                          const GroupRequirements& requirements, Authenticator& authenticator) {
  const auto leaves = tree.leaves();
  for (const auto index : leaves) {
    const auto& leaf = *tree.leaf(index);
    const auto decoded = leaf.decoded();
    TERN_TRY(check_leaf_itself(decoded, leaf.encoded(), {context.group_id, index}, std::nullopt));
    TERN_TRY(check_leaf_in_group(decoded, requirements));
    TERN_TRY(authenticator.check_leaf(decoded.credential, decoded.signature_key));
  }
  return check_credential_types(tree, leaves);
}

}  // namespace

Result<CheckedGroupInfo> check_group_info(const GroupInfo& info,
                                          std::optional<ByteSpan> ratchet_tree, Workers* workers,
                                          const Judge& judge) {
  static_cast<void>(workers);
  TERN_ASSIGN(auto tree, find_tree(info, ratchet_tree));
  TERN_TRY(check_itself(info, tree));
  TERN_TRY(validate_tree(tree, info.group_context.tree_hash));
  TERN_ASSIGN(auto parameters, group_parameters(info.group_context.extensions));
  TERN_TRY(
      check_leaves(tree, info.group_context, {parameters, judge.lifetimes()}, judge.authenticator));
  TERN_TRY(check_external_senders(parameters, judge.authenticator));
  return CheckedGroupInfo{std::move(tree), std::move(parameters)};
}

}  // namespace tern::mls
