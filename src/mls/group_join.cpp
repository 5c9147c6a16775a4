// Joining by Welcome (RFC 9420 §12.4.3.1), in the order of its steps.
#include <algorithm>

#include "mls/group_state.hpp"
#include "mls/key_package_record.hpp"
#include "mls/proposal_validation.hpp"
#include "mls/transcript_hash.hpp"
#include "mls/tree_validation.hpp"
#include "mls/welcome.hpp"

namespace tern::mls {
namespace {

Result<Welcome> open_welcome(ByteSpan message) {
  TERN_ASSIGN(const auto body, open_message(message, WireFormat::welcome));
  Reader peek(body);
  TERN_ASSIGN(const auto suite, peek.number<std::uint16_t>());
  // "if the cipher suite indicated in the KeyPackage does not match the one in the Welcome
  // message, return an error."
  if (suite != cipher_suite_3) return Errc::mls_cipher_suite_unsupported;
  return decode<Welcome>(body);
}

Result<GroupSecrets> open_group_secrets(const Welcome& welcome, const PrivateKeyPackage& mine) {
  // "Identify an entry in the secrets array where the new_member value corresponds to one of this
  // client's KeyPackages".
  const auto ref = key_package_ref(mine.key_package);
  for (const auto& entry : welcome.secrets) {
    if (entry.new_member != ref) continue;
    const auto opened = decrypt_with_label(mine.init_key, "Welcome", welcome.encrypted_group_info,
                                           entry.encrypted_group_secrets);
    if (!opened) return Errc::mls_welcome_invalid;
    TERN_ASSIGN(auto secrets, decode<GroupSecrets>(*opened));
    // "If a PreSharedKeyID is part of the GroupSecrets and the client is not in possession of the
    // corresponding PSK, return an error."
    if (!secrets.psks.empty()) return Errc::mls_psk_unknown;
    return secrets;
  }
  return Errc::mls_key_package_unknown;
}

Result<RatchetTree> find_tree(const GroupInfo& info, std::optional<ByteSpan> out_of_band) {
  if (const auto* extension = find_extension(info.extensions, extension_ratchet_tree))
    return RatchetTree::decode(extension->data);
  if (!out_of_band)
    return Error(Errc::mls_welcome_invalid, "the Welcome has no ratchet tree and none was given");
  return RatchetTree::decode(*out_of_band);
}

Result<void> check_group_info(const GroupInfo& info, const RatchetTree& tree) {
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

// "Identify a leaf whose LeafNode is identical to the one in the KeyPackage."
Result<LeafIndex> find_own_leaf(const RatchetTree& tree, const LeafNode& mine) {
  LeafIndex found;
  if (tree.count_signature_key(mine.signature_key, &found) == 0) return Errc::mls_leaf_not_found;
  if (tree.leaf(found)->decoded() != mine) return Errc::mls_leaf_not_found;
  return found;
}

// §7.5: a member knows the keys of all nodes above it, but of those at which it is unmerged. One
// that does not could not follow the next commit.
Result<void> check_keys_above(const RatchetTree& tree, LeafIndex own_leaf,
                              const PrivateKeys& keys) {
  for (auto node = node_of(own_leaf); node != tree.root();) {
    node = parent(node);
    const auto* above = tree.parent_node(node);
    if (!above) continue;
    const auto& unmerged = above->unmerged_leaves;
    if (!std::binary_search(unmerged.begin(), unmerged.end(), own_leaf.value) &&
        !keys.find(node, own_leaf))
      return Error(Errc::mls_welcome_invalid, "the Welcome lacks the path secret");
  }
  return {};
}

}  // namespace

Result<Group> Group::join(ByteSpan welcome_message, ByteSpan private_record, const Identity& me,
                          Authenticator& authenticator, std::uint64_t now_s,
                          const JoinOptions& options) {
  TERN_ASSIGN(const auto welcome, open_welcome(welcome_message));
  TERN_ASSIGN(auto mine, PrivateKeyPackage::decode(private_record));
  const auto& own = mine.key_package.leaf_node;
  if (own.signature_key != me.signing_key.verify_key())
    return Error(Errc::invalid_argument, "this identity's key is not the one in the KeyPackage");
  TERN_ASSIGN(auto secrets, open_group_secrets(welcome, mine));
  TERN_ASSIGN(const auto info_bytes,
              decrypt_group_info(welcome.encrypted_group_info,
                                 welcome_secret(secrets.joiner_secret, psk_secret({}))));
  TERN_ASSIGN(auto info, decode<GroupInfo>(info_bytes));
  TERN_ASSIGN(auto tree, find_tree(info, options.ratchet_tree));
  TERN_TRY(check_group_info(info, tree));
  TERN_TRY(validate_tree(tree, info.group_context.tree_hash));

  const Judge judge{authenticator, authenticator.judges_received_lifetimes()
                                       ? std::optional<std::uint64_t>(now_s)
                                       : std::nullopt};
  TERN_ASSIGN(auto parameters, group_parameters(info.group_context.extensions));
  TERN_TRY(check_leaves(tree, info.group_context, {parameters, judge.now_s}, authenticator));
  TERN_TRY(check_external_senders(parameters, authenticator));
  TERN_TRY(check_own_support(parameters));
  TERN_ASSIGN(const auto own_leaf, find_own_leaf(tree, own));
  PrivateKeys keys{std::move(mine.leaf_key), {}};
  if (secrets.path_secret)
    TERN_TRY(adopt_path_secret(tree, info.signer, own_leaf, std::move(*secrets.path_secret), keys));
  TERN_TRY(check_keys_above(tree, own_leaf, keys));

  auto encoded_context = encode(info.group_context);
  auto start = start_epoch(secrets.joiner_secret, psk_secret({}), encoded_context);
  const auto& confirmed = info.group_context.confirmed_transcript_hash;
  // "Verify the confirmation tag in the GroupInfo using the derived confirmation key and the
  // confirmed_transcript_hash from the GroupInfo."
  if (!mac_equal(confirmation_tag(start.confirmation_key, confirmed), info.confirmation_tag))
    return Errc::mls_confirmation_tag_invalid;
  const auto interim = interim_transcript_hash(confirmed, info.confirmation_tag);
  auto state =
      GroupState::start(Epoch{std::move(info.group_context), std::move(encoded_context),
                              info.confirmation_tag, interim, std::move(start.secrets),
                              std::move(tree), own_leaf, std::move(keys), std::move(parameters)},
                        std::move(start.encryption));
  state->inviter = info.signer;
  return Group(std::move(state));
}

}  // namespace tern::mls
