// Joining by Welcome (RFC 9420 §12.4.3.1), in the order of its steps.
#include <algorithm>

#include "mls/group_info_validation.hpp"
#include "mls/group_state.hpp"
#include "mls/handshake.hpp"
#include "mls/key_package_record.hpp"
#include "mls/psk_lookup.hpp"
#include "mls/succession.hpp"
#include "mls/transcript_hash.hpp"
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
    for (const auto& psk : secrets.psks) TERN_TRY(check_psk_id(psk, PskPlace::successor));
    return secrets;
  }
  return Errc::mls_key_package_unknown;
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
  // "If a PreSharedKeyID is part of the GroupSecrets and the client is not in possession of the
  // corresponding PSK, return an error."
  const Epoch* before = options.predecessor ? options.predecessor->state_->epoch.get() : nullptr;
  TERN_ASSIGN(const auto psk_secret, find_psk_secret(secrets.psks, {before}, authenticator));
  TERN_ASSIGN(const auto info_bytes,
              decrypt_group_info(welcome.encrypted_group_info,
                                 welcome_secret(secrets.joiner_secret, psk_secret)));
  TERN_ASSIGN(auto info, decode<GroupInfo>(info_bytes));
  TERN_ASSIGN(auto joined, check_group_info(info, info_bytes, options.ratchet_tree, options.workers,
                                            judge_received(authenticator, now_s)));
  auto& tree = joined.tree;
  TERN_ASSIGN(const auto own_leaf, find_own_leaf(tree, own));
  PrivateKeys keys{std::move(mine.leaf_key), {}};
  if (secrets.path_secret)
    TERN_TRY(adopt_path_secret(tree, info.signer, own_leaf, std::move(*secrets.path_secret), keys));
  TERN_TRY(check_keys_above(tree, own_leaf, keys));

  auto encoded_context = encode(info.group_context);
  auto start = start_epoch(secrets.joiner_secret, psk_secret, encoded_context);
  const auto& confirmed = info.group_context.confirmed_transcript_hash;
  // "Verify the confirmation tag in the GroupInfo using the derived confirmation key and the
  // confirmed_transcript_hash from the GroupInfo."
  if (!mac_equal(confirmation_tag(start.confirmation_key, confirmed), info.confirmation_tag))
    return Errc::mls_confirmation_tag_invalid;
  const auto interim = interim_transcript_hash(confirmed, info.confirmation_tag);
  auto state = GroupState::start(
      Epoch{std::move(info.group_context), std::move(encoded_context), info.confirmation_tag,
            interim, std::move(start.secrets), std::move(tree), own_leaf, std::move(keys),
            std::move(joined.parameters)},
      std::move(start.encryption));
  state->inviter = info.signer;
  state->welcome_extensions = std::move(info.extensions);
  std::erase_if(state->welcome_extensions, [](const Extension& extension) {
    return extension.type == extension_ratchet_tree;
  });
  TERN_ASSIGN(const auto* follows, successor_psk(secrets.psks));
  // §11.2: "The Welcome message MUST specify a PreSharedKeyID of type resumption with usage
  // reinit".
  if (!follows && before)
    return Error(Errc::mls_successor_invalid, "§11.2, §11.3: the Welcome names no predecessor");
  if (follows) TERN_TRY(check_successor_group(*follows, before, *state->epoch, authenticator));
  return Group(std::move(state));
}

}  // namespace tern::mls
