// HandshakeState: Noise revision 34 §5.3, over 25519, ChaChaPoly and BLAKE2b.
#pragma once

#include "crypto/dh.hpp"
#include "net/noise_pattern.hpp"
#include "net/noise_symmetric.hpp"

namespace tern::net {

enum class NoiseRole : std::uint8_t { initiator, responder };

/// Keys of the two directions, as this side sees them.
struct NoiseTransportKeys {
  crypto::Secret<32> send;
  crypto::Secret<32> receive;
};

/// One side of one handshake. After any error it is of no more use.
class NoiseHandshake {
 public:
  /// `mine`: the local static key pair, in patterns that use it. `theirs`: the remote static key,
  /// for an initiator who knows it beforehand. `prologue`: what both must agree on.
  NoiseHandshake(const NoisePattern& pattern, NoiseRole role, ByteSpan prologue,
                 std::optional<crypto::DhKeyPair> mine, std::optional<crypto::DhPublicKey> theirs);

  /// The next message, when it is this side's turn. Errors: noise_message_too_long,
  /// noise_handshake_failed (the peer's key is a low-order point).
  Result<Bytes> write_message(ByteSpan payload, Entropy& entropy);
  /// The payload of the peer's next message. Errors: noise_message_too_long,
  /// noise_handshake_failed.
  Result<Bytes> read_message(ByteSpan message);

  bool finished() const { return next_ == pattern_.message_count; }
  /// The peer's static key, as far as it is known. Proven once finished.
  const std::optional<crypto::DhPublicKey>& remote_static() const { return remote_static_; }
  const crypto::NoiseHash& hash() const { return symmetric_.hash(); }
  /// The transport keys, once finished().
  Result<NoiseTransportKeys> split() const;

 private:
  using Token = NoiseToken;
  const NoiseMessagePattern& next_pattern() const { return pattern_.messages[next_]; }
  bool my_turn_to_write() const;
  Result<void> write_token(Token token, Bytes& out, Entropy& entropy);
  Result<void> read_token(Token token, ByteSpan& rest);
  Result<void> read_ephemeral(ByteSpan& rest);
  Result<void> read_static(ByteSpan& rest);
  Result<void> mix_dh(Token token);

  NoisePattern pattern_;
  NoiseRole role_;
  NoiseSymmetric symmetric_;
  std::optional<crypto::DhKeyPair> static_, ephemeral_;                  // s, e
  std::optional<crypto::DhPublicKey> remote_static_, remote_ephemeral_;  // rs, re
  std::size_t next_ = 0;
  bool failed_ = false;
};

}  // namespace tern::net
