#include "mls/secret_tree.hpp"

#include <algorithm>

namespace tern::mls {
namespace {

Bytes secret_key(NodeIndex node) {
  Writer writer;
  writer.number(std::uint8_t{'t'}).number(node.value);
  return std::move(writer).take();
}

Bytes ratchet_key(std::uint32_t leaf, RatchetKind kind) {
  Writer writer;
  writer.number(std::uint8_t{'r'}).number(leaf).number(static_cast<std::uint8_t>(kind));
  return std::move(writer).take();
}

}  // namespace

SecretTree::SecretTree(Secret encryption_secret, std::uint32_t width, const Mark& mark)
    : width_(width), mark_(mark) {
  secrets_[root_of(width)] = std::make_shared<const Secret>(std::move(encryption_secret));
}

SecretTree::SecretTree(const RecordSource& source, std::uint32_t width, const Mark& mark)
    : source_(&source), width_(width), mark_(mark) {}

Result<std::optional<crypto::SecretBytes>> SecretTree::read_record(ByteSpan key) const {
  if (!source_) return std::optional<crypto::SecretBytes>();
  TERN_ASSIGN(const auto record, source_->get(key));
  if (!record) return std::optional<crypto::SecretBytes>();
  const ByteSpan bytes = *record;
  if (bytes.size() < mark_.size() || !std::equal(mark_.begin(), mark_.end(), bytes.begin()))
    return Errc::mls_state_malformed;
  return std::optional(crypto::SecretBytes(bytes.subspan(mark_.size())));
}

crypto::SecretBytes SecretTree::secret_record(const Secret& secret) const {
  BasicWriter<crypto::SecretBytes> writer;
  writer.reserve(mark_.size() + kdf_bytes);
  writer.raw(mark_).raw(secret.span());
  return std::move(writer).take();
}

Result<SecretTree::RatchetPointer> SecretTree::find_ratchet(RatchetId id) const {
  const auto known = ratchets_.find(id);
  if (known != ratchets_.end()) return known->second;
  TERN_ASSIGN(const auto record, read_record(ratchet_key(id.first, id.second)));
  if (!record) return RatchetPointer();
  TERN_ASSIGN(auto ratchet, SenderRatchet::decode(*record));
  return std::make_shared<const SenderRatchet>(std::move(ratchet));
}

Result<SecretTree::SecretPointer> SecretTree::find_secret(NodeIndex node) const {
  const auto known = secrets_.find(node);
  if (known != secrets_.end()) return known->second;
  TERN_ASSIGN(const auto record, read_record(secret_key(node)));
  if (!record) return SecretPointer();
  auto secret = Secret::from(*record);
  if (!secret) return Errc::mls_state_malformed;
  return std::make_shared<const Secret>(std::move(*secret));
}

Result<SecretTree::Ratchets> SecretTree::derive_ratchets(LeafIndex leaf, Use& use) const {
  NodeIndex node = node_of(leaf);
  TERN_ASSIGN(auto secret, find_secret(node));
  while (!secret && node != root_of(width_)) {
    node = parent(node);
    TERN_ASSIGN(secret, find_secret(node));
  }
  if (!secret) return Errc::mls_state_malformed;
  // §9.2: "all node secrets in the secret tree on the path from the root to the leaf" are consumed.
  use.secrets_.emplace_back(node, nullptr);
  while (node != node_of(leaf)) {
    const auto next = child_towards(node, leaf);
    const auto derive = [&](NodeIndex child) {
      return std::make_shared<const Secret>(
          expand_with_label(secret->span(), "tree", as_bytes(child < node ? "left" : "right")));
    };
    use.secrets_.emplace_back(sibling(next), derive(sibling(next)));
    secret = derive(next);
    node = next;
  }
  const auto root_of_ratchet = [&](std::string_view label) {
    return std::make_shared<const SenderRatchet>(expand_with_label(secret->span(), label, {}));
  };
  return Ratchets{root_of_ratchet("handshake"), root_of_ratchet("application")};
}

Result<SecretTree::RatchetPointer> SecretTree::ratchet(RatchetId id, Use& use) const {
  TERN_ASSIGN(auto known, find_ratchet(id));
  if (known) return known;
  TERN_ASSIGN(auto derived, derive_ratchets({id.first}, use));
  const bool is_handshake = id.second == RatchetKind::handshake;
  auto wanted = is_handshake ? derived.handshake : derived.application;
  // The other ratchet comes of the same consumed secret: it is kept from now on.
  if (is_handshake) {
    use.ratchets_.emplace_back(RatchetId{id.first, RatchetKind::application}, derived.application);
  } else {
    use.ratchets_.emplace_back(RatchetId{id.first, RatchetKind::handshake}, derived.handshake);
  }
  return wanted;
}

Result<SecretTree::Use> SecretTree::use_of(Use use, RatchetId id, const SenderRatchet& before,
                                           std::uint32_t generation) {
  TERN_ASSIGN(auto used, before.use(generation));
  use.key_ = std::move(used.key);
  use.generation_ = generation;
  use.ratchets_.emplace_back(id, std::make_shared<const SenderRatchet>(std::move(used.after)));
  return use;
}

Result<SecretTree::Use> SecretTree::use(LeafIndex leaf, RatchetKind kind,
                                        std::uint32_t generation) const {
  const RatchetId id{leaf.value, kind};
  Use use;
  TERN_ASSIGN(const auto before, ratchet(id, use));
  return use_of(std::move(use), id, *before, generation);
}

Result<SecretTree::Use> SecretTree::use_next(LeafIndex leaf, RatchetKind kind) const {
  const RatchetId id{leaf.value, kind};
  Use use;
  TERN_ASSIGN(const auto before, ratchet(id, use));
  const auto next = before->next_generation();
  if (next > UINT32_MAX) return Errc::counter_exhausted;
  return use_of(std::move(use), id, *before, static_cast<std::uint32_t>(next));
}

void SecretTree::consume(Use use, RecordChanges& changes) {
  for (auto& [node, secret] : use.secrets_) {
    std::optional<crypto::SecretBytes> value;
    if (secret) value = secret_record(*secret);
    changes.changes.push_back({secret_key(node), std::move(value)});
    secrets_[node] = std::move(secret);
  }
  for (auto& [id, ratchet] : use.ratchets_) {
    changes.changes.push_back({ratchet_key(id.first, id.second), ratchet->encode(mark_)});
    ratchets_[id] = std::move(ratchet);
  }
}

Result<void> SecretTree::append_records(RecordChanges& changes) const {
  if (!source_) {
    for (const auto& [node, secret] : secrets_)
      if (secret) changes.changes.push_back({secret_key(node), secret_record(*secret)});
    for (const auto& [id, ratchet] : ratchets_)
      changes.changes.push_back({ratchet_key(id.first, id.second), ratchet->encode(mark_)});
    return {};
  }
  for (NodeIndex node{0}; node.value < node_count(width_); ++node.value) {
    TERN_ASSIGN(const auto secret, find_secret(node));
    if (secret) changes.changes.push_back({secret_key(node), secret_record(*secret)});
  }
  for (std::uint32_t leaf = 0; leaf < width_; ++leaf) {
    for (const auto kind : {RatchetKind::handshake, RatchetKind::application}) {
      TERN_ASSIGN(const auto ratchet, find_ratchet({leaf, kind}));
      if (ratchet) changes.changes.push_back({ratchet_key(leaf, kind), ratchet->encode(mark_)});
    }
  }
  return {};
}

}  // namespace tern::mls
