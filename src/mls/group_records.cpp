// How a group is kept. Record keys, and what is in them:
//
//   "g"                 the epoch: GroupContext, secrets, own leaf, private keys of nodes
//   "n" node            a block of the tree (tree_block.hpp), by the node at its top
//   "t" node            a secret of the secret tree that is not consumed yet
//   "r" leaf kind       a sender's ratchet: kind 0 handshake, 1 application
//   "p" position        a proposal of this epoch
//
// Numbers are uint32, big-endian, kind is one octet. Each value begins with its version; those of
// "t" and "r", which are read when they are needed, with 8 octets of the epoch_authenticator, and
// "t" goes on with 32 octets of secret. "n" is read when it is needed too, and outlives epochs: its
// hash is that of the tree in the GroupContext, or of the block above (lazy_tree.hpp).
#include "mls/handshake.hpp"
#include "tern/limits.hpp"

namespace tern::mls {
namespace {

constexpr std::uint8_t record_version = 2;
using SecretWriter = BasicWriter<crypto::SecretBytes>;

Bytes epoch_key() { return {'g'}; }

Bytes numbered_key(char kind, std::uint32_t number) {
  Writer writer;
  writer.number(static_cast<std::uint8_t>(kind)).number(number);
  return std::move(writer).take();
}

crypto::SecretBytes encode_epoch(const Epoch& epoch, const Leaf& own) {
  const auto& secrets = epoch.secrets;
  SecretWriter writer;
  writer.reserve(epoch.encoded_context.size() + own.encoded().size() + 512 +
                 epoch.keys.path.size() * 68);
  writer.number(record_version).vector(epoch.encoded_context);
  writer.raw(epoch.confirmation_tag).raw(epoch.interim_transcript_hash);
  for (const auto* secret :
       {&secrets.sender_data, &secrets.exporter, &secrets.external, &secrets.membership,
        &secrets.resumption, &secrets.authenticator, &secrets.init})
    writer.raw(secret->span());
  writer.number(epoch.tree.width());
  writer.number(static_cast<std::uint32_t>(epoch.tree.member_count()));
  writer.number(epoch.own_leaf.value).vector(own.encoded());
  writer.number(static_cast<std::uint8_t>(epoch.reinit.has_value()));
  if (epoch.reinit) writer.raw(encode(*epoch.reinit));
  writer.raw(epoch.keys.leaf.private_key.span());
  writer.number(static_cast<std::uint32_t>(epoch.keys.path.size()));
  for (const auto& known : epoch.keys.path) {
    writer.number(known.node.value).raw(known.key.public_key);
    writer.raw(known.key.private_key.span());
  }
  return std::move(writer).take();
}

template <class Fixed>
Result<Fixed> read_fixed(Reader& reader) {
  TERN_ASSIGN(const ByteSpan bytes, reader.raw(Fixed::size_bytes));
  return std::move(*Fixed::from(bytes));
}

Result<EpochSecrets> read_secrets(Reader& reader) {
  EpochSecrets secrets;
  for (auto* secret :
       {&secrets.sender_data, &secrets.exporter, &secrets.external, &secrets.membership,
        &secrets.resumption, &secrets.authenticator, &secrets.init}) {
    TERN_ASSIGN(*secret, read_fixed<Secret>(reader));
  }
  return secrets;
}

Result<crypto::SecretBytes> get(const RecordSource& source, ByteSpan key) {
  TERN_ASSIGN(auto record, source.get(key));
  if (!record) return Errc::mls_state_malformed;
  return std::move(*record);
}

Result<LazyTree::Outline> read_outline(Reader& reader, const Digest& tree_hash) {
  LazyTree::Outline out;
  out.tree_hash = tree_hash;
  TERN_ASSIGN(out.width, reader.number<std::uint32_t>());
  TERN_ASSIGN(out.member_count, reader.number<std::uint32_t>());
  TERN_ASSIGN(out.own_leaf.value, reader.number<std::uint32_t>());
  if (!std::has_single_bit(out.width) || out.width > limits::mls_leaves_max ||
      out.own_leaf.value >= out.width || out.member_count > out.width)
    return Errc::mls_state_malformed;
  TERN_ASSIGN(const ByteSpan own, reader.vector());
  Reader leaf(own);
  TERN_ASSIGN(out.own, read_leaf(leaf));
  TERN_TRY(leaf.finish());
  return out;
}

Result<PrivateKeys> read_keys(Reader& reader, const Leaf& own) {
  PrivateKeys keys;
  TERN_ASSIGN(keys.leaf.private_key, read_fixed<crypto::DhPrivateKey>(reader));
  keys.leaf.public_key = own.encryption_key();
  TERN_ASSIGN(const auto count, reader.number<std::uint32_t>());
  for (std::uint32_t i = 0; i < count; ++i) {
    PrivateKeys::NodeKey known;
    TERN_ASSIGN(known.node.value, reader.number<std::uint32_t>());
    TERN_ASSIGN(known.key.public_key, reader.fixed<crypto::DhPublicKey>());
    TERN_ASSIGN(known.key.private_key, read_fixed<crypto::DhPrivateKey>(reader));
    keys.path.push_back(std::move(known));
  }
  TERN_TRY(reader.finish());
  return keys;
}

Result<Epoch> read_epoch(const RecordSource& source) {
  TERN_ASSIGN(const auto record, get(source, epoch_key()));
  Reader reader(record);
  TERN_ASSIGN(const auto version, reader.number<std::uint8_t>());
  if (version != record_version) return Errc::mls_state_malformed;
  TERN_ASSIGN(auto encoded_context, read_bytes(reader));
  TERN_ASSIGN(auto context, decode<GroupContext>(encoded_context));
  TERN_ASSIGN(auto parameters, group_parameters(context.extensions));
  TERN_ASSIGN(const auto tag, reader.fixed<Mac>());
  TERN_ASSIGN(const auto interim, reader.fixed<Digest>());
  TERN_ASSIGN(auto secrets, read_secrets(reader));
  TERN_ASSIGN(auto outline, read_outline(reader, context.tree_hash));
  std::optional<ReInit> reinit;
  TERN_ASSIGN(const bool is_last, read_presence(reader));
  if (is_last) {
    TERN_ASSIGN(reinit, read<ReInit>(reader));
  }
  TERN_ASSIGN(auto keys, read_keys(reader, *outline.own));
  const auto own_leaf = outline.own_leaf;
  return Epoch{std::move(context),
               std::move(encoded_context),
               tag,
               interim,
               std::move(secrets),
               LazyTree(source, std::move(outline)),
               own_leaf,
               std::move(keys),
               std::move(parameters),
               std::move(reinit)};
}

Result<PendingProposals> read_pending(const RecordSource& source) {
  PendingProposals pending;
  constexpr auto most = limits::mls_leaves_max * limits::mls_pending_proposals_max;
  for (std::uint32_t position = 0; position <= most; ++position) {
    TERN_ASSIGN(const auto record, source.get(numbered_key('p', position)));
    if (!record) return pending;
    TERN_ASSIGN(auto proposal, PendingProposal::decode(*record));
    TERN_TRY(pending.add(std::make_shared<const PendingProposal>(std::move(proposal))));
  }
  return Errc::mls_state_malformed;
}

}  // namespace

RecordChange pending_record(const PendingProposals& pending, std::size_t position) {
  return {numbered_key('p', static_cast<std::uint32_t>(position)),
          pending.all()[position]->encode()};
}

namespace {

Result<RecordChanges> records_of(const GroupState& state, const RatchetTree* before) {
  const auto& epoch = *state.epoch;
  RecordChanges out;
  TERN_TRY(epoch.read_tree());
  out.changes.push_back({epoch_key(), encode_epoch(epoch, state.own())});
  append_tree_records(*epoch.tree, before, out);
  TERN_TRY(state.secret_tree.append_records(out));
  for (std::size_t i = 0; i < state.pending.all().size(); ++i)
    out.changes.push_back(pending_record(state.pending, i));
  return out;
}

}  // namespace

Result<RecordChanges> Group::records() const {
  TERN_ASSIGN(auto out, records_of(*state_, nullptr));
  out.first = RecordChanges::Erase::everything;
  return out;
}

Result<RecordChanges> Group::records_after(const Group& before) const {
  const auto& ended = *before.state_->epoch;
  TERN_TRY(ended.read_tree());
  TERN_ASSIGN(auto out, records_of(*state_, &*ended.tree));
  out.first = RecordChanges::Erase::epoch_records;
  return out;
}

Result<Group> Group::open(const RecordSource& source) {
  const auto read = [&]() -> Result<std::unique_ptr<GroupState>> {
    TERN_ASSIGN(auto epoch, read_epoch(source));
    TERN_ASSIGN(auto pending, read_pending(source));
    SecretTree secret_tree(source, epoch.tree.width(), GroupState::mark_of(epoch));
    return std::make_unique<GroupState>(GroupState{std::make_shared<const Epoch>(std::move(epoch)),
                                                   std::move(secret_tree), std::move(pending)});
  };
  auto state = read();
  if (state) return Group(std::move(*state));
  // What the source could not read is its own error (the storage block of Errc, or closed); what
  // does not parse is a record that this library did not write.
  const auto code = state.error().errc();
  const bool is_of_source =
      code == Errc::closed || (code >= Errc::storage_wrong_key && code < Errc::mls_malformed);
  if (is_of_source) return std::move(state).error();
  return Errc::mls_state_malformed;
}

}  // namespace tern::mls
