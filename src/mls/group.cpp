// A group of one (RFC 9420 §11), and what a group says of itself.
#include "mls/group.hpp"

#include <algorithm>

#include "mls/group_state.hpp"
#include "mls/key_package_record.hpp"
#include "mls/transcript_hash.hpp"

namespace tern::mls {
namespace {

Member member_of(LeafIndex index, const Leaf& leaf) {
  return {index, leaf.decoded().credential, leaf.signature_key()};
}

}  // namespace

Group::Group(std::unique_ptr<GroupState> state) : state_(std::move(state)) {}
Group::Group(Group&&) noexcept = default;
Group& Group::operator=(Group&&) noexcept = default;
Group::~Group() = default;
Group Group::clone() const { return Group(std::make_unique<GroupState>(state_->clone())); }

Result<Group> Group::create(ByteSpan group_id, const Identity& me, Lifetime lifetime,
                            const Extensions& group_context_extensions, Entropy& entropy) {
  TERN_TRY(check_extension_list(group_context_extensions));
  TERN_TRY(check_extension_list(me.leaf_extensions));
  TERN_TRY(check_lifetime(lifetime, std::nullopt));
  TERN_ASSIGN(auto parameters, group_parameters(group_context_extensions));
  auto leaf_key = crypto::DhKeyPair::generate(entropy);
  const auto leaf = make_leaf(me, lifetime, leaf_key.public_key, entropy);
  if (!check_leaf_in_group(leaf, {parameters, std::nullopt})) return Errc::mls_extension_invalid;

  // §11: "Initialize a one-member group with the following initial values".
  RatchetTree tree(Leaf::of(leaf));
  tree.rehash();
  GroupContext context;
  context.group_id = to_bytes(group_id);
  context.tree_hash = tree.tree_hash();
  context.extensions = group_context_extensions;
  Secret epoch_secret;
  entropy.fill(epoch_secret.mutable_span());
  auto start = start_epoch(epoch_secret);
  // "Compute a confirmation_tag over the empty confirmed_transcript_hash".
  const auto tag = confirmation_tag(start.confirmation_key, {});

  auto encoded_context = encode(context);
  Epoch epoch{std::move(context),
              std::move(encoded_context),
              tag,
              interim_transcript_hash({}, tag),
              std::move(start.secrets),
              std::move(tree),
              LeafIndex{0},
              PrivateKeys{std::move(leaf_key), {}},
              std::move(parameters)};
  return Group(GroupState::start(std::move(epoch), std::move(start.encryption)));
}

ByteSpan Group::group_id() const { return state_->epoch->context.group_id; }
std::uint64_t Group::epoch() const { return state_->epoch->context.epoch; }
LeafIndex Group::own_leaf() const { return state_->epoch->own_leaf; }
std::optional<LeafIndex> Group::inviter() const { return state_->inviter; }
const Extensions& Group::welcome_extensions() const { return state_->welcome_extensions; }
std::size_t Group::member_count() const { return state_->epoch->tree.member_count(); }

Result<std::optional<Member>> Group::member(LeafIndex index) const {
  TERN_ASSIGN(const auto* const leaf, state_->epoch->tree.leaf(index));
  if (!leaf) return std::optional<Member>();
  return std::optional(member_of(index, *leaf));
}

Result<Extensions> Group::leaf_extensions(LeafIndex index) const {
  TERN_ASSIGN(const auto* const leaf, state_->epoch->tree.leaf(index));
  return leaf ? leaf->decoded().extensions : Extensions();
}

Result<std::vector<Member>> Group::members() const {
  TERN_TRY(state_->epoch->read_tree());
  const auto& tree = *state_->epoch->tree;
  std::vector<Member> out;
  out.reserve(tree.member_count());
  for (const auto index : tree.leaves()) out.push_back(member_of(index, *tree.leaf(index)));
  return out;
}

Result<std::optional<LeafIndex>> Group::find(const crypto::VerifyKey& signature_key) const {
  if (state_->own().signature_key() == signature_key) return std::optional(own_leaf());
  TERN_TRY(state_->epoch->read_tree());
  LeafIndex found;
  if (state_->epoch->tree->count_signature_key(signature_key, &found) == 0)
    return std::optional<LeafIndex>();
  return std::optional(found);
}

const Extensions& Group::group_context_extensions() const {
  return state_->epoch->context.extensions;
}

const std::optional<ReInit>& Group::reinit() const { return state_->epoch->reinit; }

bool Group::has_pending_proposals() const { return !state_->pending.all().empty(); }

std::vector<LeafIndex> Group::pending_removals() const {
  std::vector<LeafIndex> out;
  for (const auto& pending : state_->pending.all())
    if (const auto* remove = std::get_if<Remove>(&pending->proposal))
      out.push_back(remove->removed);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

crypto::SecretBytes Group::epoch_authenticator() const {
  return crypto::SecretBytes(state_->epoch->secrets.authenticator.span());
}

crypto::SecretBytes Group::resumption_psk() const {
  return crypto::SecretBytes(state_->epoch->secrets.resumption.span());
}

Result<crypto::SecretBytes> Group::export_secret(std::string_view label, ByteSpan context,
                                                 std::size_t bytes) const {
  // RFC 5869 §2.3: what HKDF-Expand can give.
  if (bytes > 255 * kdf_bytes) return Errc::invalid_argument;
  return mls::export_secret(state_->epoch->secrets.exporter, label, context, bytes);
}

crypto::Sha256Digest Group::tree_hash() const { return state_->epoch->context.tree_hash; }

Result<Bytes> Group::ratchet_tree() const {
  TERN_TRY(state_->epoch->read_tree());
  return state_->epoch->tree->encode();
}

bool depends_on_own_keys(Errc code) noexcept {
  return code == Errc::mls_path_undecryptable || code == Errc::mls_path_key_mismatch ||
         code == Errc::mls_psk_unknown || code == Errc::mls_psk_mismatch;
}

}  // namespace tern::mls
