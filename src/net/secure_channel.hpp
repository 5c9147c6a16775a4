// What lies between a socket and the frames: a Noise_IK handshake, then encrypted frames.
//
// On the wire: u16 length || Noise message, both ways. The first message is the device's and the
// second the relay's handshake; each carries a version (u16) and nothing else, for the first can
// be replayed by anybody and is not forward secret. All later ones are transport messages, whose
// plaintexts make one stream of u32 length || frame.
#pragma once

#include <memory>
#include <vector>

#include "net/frame_reader.hpp"
#include "net/message_reader.hpp"
#include "net/noise_handshake.hpp"

namespace tern::net {

/// Mixed into the handshake: who speaks another protocol is turned away by a decryption error.
inline constexpr std::string_view noise_prologue = "tern 1";
/// The transport's version, in both handshake messages.
inline constexpr std::uint16_t transport_version = 1;
/// A handshake message of this version has 98 or 50 bytes; a longer one is refused unread.
inline constexpr std::size_t handshake_bytes_max = 128;

/// What came out of received bytes.
struct Received {
  Bytes reply;  ///< to send back, as it is
  std::vector<Bytes> frames;
};

/// Sans-IO: bytes in, frames out, and the other way round. After an error, close the connection.
class SecureChannel {
 public:
  enum class State : std::uint8_t {
    handshaking,
    unconfirmed,  ///< relay only: the first message may be a replay
    open,         ///< the peer has proven its key in this very connection
    failed,
  };

  /// The device's side. `relay` is the key in the relay's address.
  static SecureChannel device(const crypto::DhKeyPair& mine, const crypto::DhPublicKey& relay,
                              std::uint64_t rekey_every = limits::noise_rekey_messages);
  /// The relay's side. `mine` must outlive the channel.
  static SecureChannel relay(const crypto::DhKeyPair& mine,
                             std::uint64_t rekey_every = limits::noise_rekey_messages);

  /// The device's first bytes. Once, before anything else.
  Result<Bytes> start(Entropy& entropy);
  /// Takes all of `bytes`, however they are cut, and uses them as working memory. What is in `out`
  /// after an error is not to be used. Errors: noise_handshake_failed, unsupported_version,
  /// noise_message_too_long, decrypt_failed, frame_too_large, frame_malformed.
  Result<void> receive(MutableByteSpan bytes, Entropy& entropy, Received& out);
  /// Appends `frames`, encrypted, to `out`. Only when open. Errors: frame_too_large,
  /// frame_malformed (empty frame), counter_exhausted.
  Result<void> seal(std::span<const ByteSpan> frames, Bytes& out);

  State state() const { return state_; }
  /// The device's side, before start().
  bool sends_first() const { return handshake_ != nullptr; }
  /// The other side's static key; at the relay, meaningful once open.
  const crypto::DhPublicKey& peer_key() const { return peer_key_; }
  /// Whether part of a message or frame is in memory: something is owed.
  bool mid_frame() const { return messages_.mid_message() || frames_.mid_frame(); }
  /// How much of that is in memory.
  std::size_t partial_bytes() const { return messages_.kept_bytes() + frames_.kept_bytes(); }

 private:
  explicit SecureChannel(std::uint64_t rekey_every) : rekey_every_(rekey_every) {}
  Result<void> receive_messages(MutableByteSpan bytes, Entropy& entropy, Received& out);
  Result<void> handle(MutableByteSpan message, Entropy& entropy, Received& out);
  Result<void> answer_handshake(ByteSpan message, Entropy& entropy, Bytes& reply);
  Result<void> finish_handshake(ByteSpan message);
  Result<void> use_keys(const NoiseHandshake& handshake);
  Result<void> open_message(MutableByteSpan message, std::vector<Bytes>& frames);

  State state_ = State::handshaking;
  const crypto::DhKeyPair* relay_keys_ = nullptr;  // the relay's side
  std::unique_ptr<NoiseHandshake> handshake_;      // the device's, until it is finished
  std::optional<NoiseCipher> send_, receive_;
  crypto::DhPublicKey peer_key_;
  MessageReader messages_;
  FrameReader frames_;
  std::uint64_t rekey_every_;
};

}  // namespace tern::net
