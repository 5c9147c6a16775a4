// One of the two hash ratchets of a member in an epoch (RFC 9420 §9.1).
#pragma once

#include "mls/private_message.hpp"

namespace tern::mls {

/// §9: each member has one ratchet for handshake messages, one for application messages.
enum class RatchetKind : std::uint8_t { handshake = 0, application = 1 };
constexpr RatchetKind ratchet_for(ContentType type) {
  return type == ContentType::application ? RatchetKind::application : RatchetKind::handshake;
}

/// A value that does not change: using a key yields the ratchet without it (§9.2).
class SenderRatchet {
 public:
  explicit SenderRatchet(Secret first) : secret_(std::move(first)) {}

  /// The generation that nobody has used: 2^32 when all have been.
  std::uint64_t next_generation() const { return next_; }

  struct Use;
  /// The key of `generation`, and the ratchet after it was consumed: of the keys skipped on the way
  /// the last limits::skipped_keys_max are kept for messages that come late. Few, for every message
  /// writes them again: where messages come in order none is skipped.
  /// Errors: mls_generation_consumed, mls_generation_too_far (before anything is derived).
  Result<Use> use(std::uint32_t generation) const;

  /// A record: `front`, which decode() must not be given, then everything, secret.
  crypto::SecretBytes encode(ByteSpan front = {}) const;
  /// Errors: mls_state_malformed.
  static Result<SenderRatchet> decode(ByteSpan record);

 private:
  struct Skipped {
    std::uint32_t generation = 0;
    MessageKey key;
  };
  SenderRatchet clone() const;
  MessageKey key_of_next() const;
  void advance();
  Result<Use> use_skipped(std::uint32_t generation) const;

  std::uint64_t next_ = 0;
  Secret secret_;
  std::vector<Skipped> skipped_;  // by increasing generation
};

struct SenderRatchet::Use {
  MessageKey key;
  SenderRatchet after;
};

}  // namespace tern::mls
