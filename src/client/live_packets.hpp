// A live packet's cryptography (design §4, Voice): a key from the epoch's exporter for each leaf
// and stream, the packet's counter as nonce, and the device's signature over all of it.
//
// Key and nonce never meet twice: the leaf keeps two speakers apart, the stream id (16 random
// bytes, new each time somebody starts to speak) two streams of one speaker and what came before a
// restart, the counter the packets of one stream.
#pragma once

#include "crypto/aead.hpp"
#include "mls/group.hpp"
#include "wire/live.hpp"

namespace tern::client::live {

using LiveKey = crypto::Secret<crypto::aead_key_bytes>;

/// RFC 9420 §8.5, with the leaf and the stream as context.
Result<LiveKey> key_of(const mls::Group& group, std::uint32_t leaf, const MessageId& stream);

/// The packet as it is signalled. `packet` has everything but ciphertext and signature.
Result<Bytes> seal(const mls::Group& group, const mls::Identity& me, wire::LivePacket packet,
                   const std::vector<Bytes>& opus_packets);

/// Who may speak on a stream in one epoch.
struct Speaker {
  LiveKey key;
  crypto::VerifyKey signature_key;
};
/// Errors: mls_sender_not_member.
Result<Speaker> speaker_of(const mls::Group& group, std::uint32_t leaf, const MessageId& stream);

/// Errors: signature_invalid, decrypt_failed, malformed (what it holds).
Result<std::vector<Bytes>> open(const Speaker& speaker, ByteSpan group_id,
                                const wire::LivePacket& packet);

}  // namespace tern::client::live
