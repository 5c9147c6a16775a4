// The secret tree of an epoch (RFC 9420 §9): from encryption_secret to each member's ratchets.
//
//          G            A member's first message derives the secrets on the way to its leaf,
//      .---+---.        writes those beside the way (E, C) and erases those on it (G, F, D: §9.2).
//      E       F        From then on a message is one ratchet's record, whatever the group's size.
//    .-+-.   .-+-.
//    A   B   C   D
#pragma once

#include <map>
#include <memory>

#include "mls/records.hpp"
#include "mls/sender_ratchet.hpp"
#include "mls/tree_math.hpp"

namespace tern::mls {

class SecretTree {
 public:
  /// In front of each record: says of which epoch it is. The records are read one by one, and one
  /// of an earlier epoch would be taken for a ratchet of this one.
  using Mark = std::array<std::uint8_t, 8>;
  /// Of a new epoch with `width` leaves.
  SecretTree(Secret encryption_secret, std::uint32_t width, const Mark& mark = {});
  /// As `source` has it, read when needed; `source` must outlive this and its copies.
  SecretTree(const RecordSource& source, std::uint32_t width, const Mark& mark = {});
  SecretTree(SecretTree&&) noexcept = default;
  SecretTree& operator=(SecretTree&&) noexcept = default;
  /// Shares the secrets, which never change in place.
  SecretTree clone() const { return *this; }

  /// A key that consume() will take: until then nothing has changed.
  class Use;
  /// The key of another member's message. Errors: mls_generation_consumed, mls_generation_too_far,
  /// mls_state_malformed.
  Result<Use> use(LeafIndex leaf, RatchetKind kind, std::uint32_t generation) const;
  /// The key for one's own next message. Errors: counter_exhausted, mls_state_malformed.
  Result<Use> use_next(LeafIndex leaf, RatchetKind kind) const;
  /// Forgets the key and all that it came from; what to write is appended to `changes`. `use` must
  /// be the last one made from this tree.
  void consume(Use use, RecordChanges& changes);

  /// Every record of the tree. Errors: mls_state_malformed and the source's, for what of it cannot
  /// be read: left out, it would be lost.
  Result<void> append_records(RecordChanges& changes) const;

 private:
  using RatchetPointer = std::shared_ptr<const SenderRatchet>;
  using SecretPointer = std::shared_ptr<const Secret>;  // null: consumed
  using RatchetId = std::pair<std::uint32_t, RatchetKind>;
  struct Ratchets {
    RatchetPointer handshake, application;
  };

  SecretTree(const SecretTree&) = default;
  Result<RatchetPointer> find_ratchet(RatchetId id) const;
  Result<SecretPointer> find_secret(NodeIndex node) const;
  /// The record without its mark; nullopt when there is none. Errors: mls_state_malformed.
  Result<std::optional<crypto::SecretBytes>> read_record(ByteSpan key) const;
  crypto::SecretBytes secret_record(const Secret& secret) const;
  /// The ratchet; when it must be derived first, `use` gets what changes with that.
  Result<RatchetPointer> ratchet(RatchetId id, Use& use) const;
  Result<Ratchets> derive_ratchets(LeafIndex leaf, Use& use) const;
  static Result<Use> use_of(Use use, RatchetId id, const SenderRatchet& before,
                            std::uint32_t generation);

  const RecordSource* source_ = nullptr;
  std::uint32_t width_;
  Mark mark_;
  // What differs from `source_`, or everything when there is none.
  std::map<NodeIndex, SecretPointer> secrets_;
  std::map<RatchetId, RatchetPointer> ratchets_;
};

class SecretTree::Use {
 public:
  const MessageKey& key() const { return key_; }
  std::uint32_t generation() const { return generation_; }

 private:
  friend class SecretTree;
  MessageKey key_;
  std::uint32_t generation_ = 0;
  std::vector<std::pair<NodeIndex, SecretPointer>> secrets_;
  std::vector<std::pair<RatchetId, RatchetPointer>> ratchets_;
};

}  // namespace tern::mls
