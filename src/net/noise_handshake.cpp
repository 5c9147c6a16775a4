#include "net/noise_handshake.hpp"

#include <string>

#include "base/check.hpp"
#include "base/try.hpp"

namespace tern::net {
namespace {

std::string protocol_name(const NoisePattern& pattern) {
  return "Noise_" + std::string(pattern.name) + "_25519_ChaChaPoly_BLAKE2b";
}

Error handshake_failed(std::string why) { return {Errc::noise_handshake_failed, std::move(why)}; }

Result<ByteSpan> take(ByteSpan& rest, std::size_t bytes) {
  if (rest.size() < bytes) return handshake_failed("the handshake message ends too early");
  const auto out = rest.first(bytes);
  rest = rest.subspan(bytes);
  return out;
}

}  // namespace

NoiseHandshake::NoiseHandshake(const NoisePattern& pattern, NoiseRole role, ByteSpan prologue,
                               std::optional<crypto::DhKeyPair> mine,
                               std::optional<crypto::DhPublicKey> theirs)
    : pattern_(pattern),
      role_(role),
      symmetric_(protocol_name(pattern)),
      static_(std::move(mine)),
      remote_static_(theirs) {
  symmetric_.mix_hash(prologue);
  if (!pattern_.responder_known) return;
  // §5.3: pre-message keys are hashed by both, as if they had been sent.
  const bool key_given =
      role_ == NoiseRole::initiator ? remote_static_.has_value() : static_.has_value();
  failed_ = !key_given;
  if (key_given)
    symmetric_.mix_hash(role_ == NoiseRole::initiator ? *remote_static_ : static_->public_key);
}

bool NoiseHandshake::my_turn_to_write() const {
  return (next_ % 2 == 0) == (role_ == NoiseRole::initiator);
}

Result<Bytes> NoiseHandshake::write_message(ByteSpan payload, Entropy& entropy) {
  TERN_CHECK(!failed_ && !finished() && my_turn_to_write());
  failed_ = true;  // until this message is whole
  Bytes out;
  for (const auto token : next_pattern())
    if (token != Token::end) TERN_TRY(write_token(token, out, entropy));
  TERN_TRY(symmetric_.encrypt_and_hash(payload, out));
  if (out.size() > limits::noise_message_bytes_max) return Errc::noise_message_too_long;
  failed_ = false;
  ++next_;
  return out;
}

Result<Bytes> NoiseHandshake::read_message(ByteSpan message) {
  if (failed_) return handshake_failed("the handshake has failed before");
  TERN_CHECK(!finished() && !my_turn_to_write());
  failed_ = true;  // §5.3: after an error the state is deleted
  // §3: all messages are at most 65,535 bytes.
  if (message.size() > limits::noise_message_bytes_max) return Errc::noise_message_too_long;
  auto rest = message;
  for (const auto token : next_pattern())
    if (token != Token::end) TERN_TRY(read_token(token, rest));
  auto payload = symmetric_.decrypt_and_hash(rest);
  if (!payload) return handshake_failed("the handshake's payload does not decrypt");
  failed_ = false;
  ++next_;
  return payload;
}

Result<void> NoiseHandshake::write_token(Token token, Bytes& out, Entropy& entropy) {
  if (token == Token::e) {
    ephemeral_ = crypto::DhKeyPair::generate(entropy);
    const auto key = ephemeral_->public_key.span();
    out.insert(out.end(), key.begin(), key.end());
    symmetric_.mix_hash(key);
    return {};
  }
  if (token == Token::s) {
    TERN_CHECK(static_.has_value());
    return symmetric_.encrypt_and_hash(static_->public_key, out);
  }
  return mix_dh(token);
}

Result<void> NoiseHandshake::read_token(Token token, ByteSpan& rest) {
  if (token == Token::e) return read_ephemeral(rest);
  if (token == Token::s) return read_static(rest);
  return mix_dh(token);
}

Result<void> NoiseHandshake::read_ephemeral(ByteSpan& rest) {
  TERN_ASSIGN(const auto key, take(rest, crypto::DhPublicKey::size_bytes));
  remote_ephemeral_ = crypto::DhPublicKey::from(key);
  symmetric_.mix_hash(key);
  return {};
}

Result<void> NoiseHandshake::read_static(ByteSpan& rest) {
  const auto tag_bytes = symmetric_.has_key() ? crypto::aead_tag_bytes : 0;
  TERN_ASSIGN(const auto sealed, take(rest, crypto::DhPublicKey::size_bytes + tag_bytes));
  const auto key = symmetric_.decrypt_and_hash(sealed);
  // In IK this is where a wrong relay key shows: the initiator encrypted to somebody else.
  if (!key) return handshake_failed("the peer's static key does not decrypt");
  remote_static_ = crypto::DhPublicKey::from(*key);
  return {};
}

Result<void> NoiseHandshake::mix_dh(Token token) {
  const bool initiator = role_ == NoiseRole::initiator;
  const bool initiator_static = token == Token::se || token == Token::ss;
  const bool responder_static = token == Token::es || token == Token::ss;
  const auto& mine = (initiator ? initiator_static : responder_static) ? static_ : ephemeral_;
  const auto& theirs =
      (initiator ? responder_static : initiator_static) ? remote_static_ : remote_ephemeral_;
  TERN_CHECK(mine.has_value() && theirs.has_value());
  const auto shared = crypto::dh(mine->private_key, *theirs);
  // §12.1 allows refusing an all-zero output: such a key binds the session to nobody.
  if (!shared) return handshake_failed("a key of the peer is a low-order point");
  symmetric_.mix_key(shared->span());
  return {};
}

Result<NoiseTransportKeys> NoiseHandshake::split() const {
  TERN_CHECK(finished());
  auto [initiator, responder] = symmetric_.split();
  if (role_ == NoiseRole::responder) std::swap(initiator, responder);
  return NoiseTransportKeys{.send = std::move(initiator), .receive = std::move(responder)};
}

}  // namespace tern::net
