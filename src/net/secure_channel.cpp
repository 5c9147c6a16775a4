#include "net/secure_channel.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/try.hpp"
#include "net/frame_writer.hpp"

namespace tern::net {
namespace {

constexpr std::array<std::uint8_t, 2> version_payload{transport_version >> 8,
                                                      transport_version & 0xff};

Result<void> check_version(ByteSpan payload) {
  if (payload.size() != version_payload.size())
    return Error(Errc::noise_handshake_failed, "the handshake's payload is not a version");
  const auto version = static_cast<std::uint16_t>(payload[0] << 8 | payload[1]);
  // A later version still speaks this one until the prologue changes; there was none before it.
  if (version < transport_version) return Errc::unsupported_version;
  return {};
}

Bytes with_length(ByteSpan message) {
  Bytes out(message_length_bytes + message.size());
  out[0] = static_cast<std::uint8_t>(message.size() >> 8);
  out[1] = static_cast<std::uint8_t>(message.size());
  std::copy(message.begin(), message.end(), out.begin() + message_length_bytes);
  return out;
}

}  // namespace

SecureChannel SecureChannel::device(const crypto::DhKeyPair& mine, const crypto::DhPublicKey& relay,
                                    std::uint64_t rekey_every) {
  SecureChannel out(rekey_every);
  out.peer_key_ = relay;
  out.handshake_ = std::make_unique<NoiseHandshake>(noise_ik, NoiseRole::initiator,
                                                    as_bytes(noise_prologue), mine.clone(), relay);
  return out;
}

SecureChannel SecureChannel::relay(const crypto::DhKeyPair& mine, std::uint64_t rekey_every) {
  SecureChannel out(rekey_every);
  out.relay_keys_ = &mine;
  return out;
}

Result<Bytes> SecureChannel::start(Entropy& entropy) {
  TERN_CHECK(handshake_ && state_ == State::handshaking);
  TERN_ASSIGN(const auto message, handshake_->write_message(version_payload, entropy));
  return with_length(message);
}

Result<void> SecureChannel::receive(MutableByteSpan bytes, Entropy& entropy, Received& out) {
  if (state_ == State::failed) return Errc::connection_lost;
  auto result = receive_messages(bytes, entropy, out);
  if (!result) state_ = State::failed;
  return result;
}

Result<void> SecureChannel::receive_messages(MutableByteSpan bytes, Entropy& entropy,
                                             Received& out) {
  for (;;) {
    const auto bytes_max =
        state_ == State::handshaking ? handshake_bytes_max : limits::noise_message_bytes_max;
    TERN_ASSIGN(const auto message, messages_.next(bytes, bytes_max));
    if (!message) return {};
    TERN_TRY(handle(*message, entropy, out));
  }
}

Result<void> SecureChannel::handle(MutableByteSpan message, Entropy& entropy, Received& out) {
  if (state_ != State::handshaking) return open_message(message, out.frames);
  return relay_keys_ ? answer_handshake(message, entropy, out.reply) : finish_handshake(message);
}

Result<void> SecureChannel::answer_handshake(ByteSpan message, Entropy& entropy, Bytes& reply) {
  NoiseHandshake handshake(noise_ik, NoiseRole::responder, as_bytes(noise_prologue),
                           relay_keys_->clone(), std::nullopt);
  TERN_ASSIGN(const auto payload, handshake.read_message(message));
  TERN_TRY(check_version(payload));
  TERN_ASSIGN(const auto answer, handshake.write_message(version_payload, entropy));
  reply = with_length(answer);
  peer_key_ = *handshake.remote_static();
  TERN_TRY(use_keys(handshake));
  // Noise §7.7: what has been read so far may be a replay. Only a transport message is proof.
  state_ = State::unconfirmed;
  return {};
}

Result<void> SecureChannel::finish_handshake(ByteSpan message) {
  TERN_ASSIGN(const auto payload, handshake_->read_message(message));
  TERN_TRY(check_version(payload));
  TERN_TRY(use_keys(*handshake_));
  handshake_.reset();
  state_ = State::open;
  return {};
}

Result<void> SecureChannel::use_keys(const NoiseHandshake& handshake) {
  TERN_ASSIGN(auto keys, handshake.split());
  send_.emplace(std::move(keys.send), rekey_every_);
  receive_.emplace(std::move(keys.receive), rekey_every_);
  return {};
}

Result<void> SecureChannel::open_message(MutableByteSpan message, std::vector<Bytes>& frames) {
  // An empty plaintext carries no part of a frame: nobody sends it.
  if (message.size() <= crypto::aead_tag_bytes) return Errc::decrypt_failed;
  const auto plaintext = message.first(message.size() - crypto::aead_tag_bytes);
  TERN_TRY(receive_->open_into(plaintext, {}, message));
  state_ = State::open;
  return frames_.feed(plaintext, frames);
}

Result<void> SecureChannel::seal(std::span<const ByteSpan> frames, Bytes& out) {
  TERN_CHECK(state_ == State::open);
  return write_frames(frames, *send_, out);
}

}  // namespace tern::net
