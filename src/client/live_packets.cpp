#include "client/live_packets.hpp"

#include "base/codec.hpp"
#include "mls/labels.hpp"

namespace tern::client::live {
namespace {

constexpr std::string_view key_label = "tern live voice";
constexpr std::string_view signature_label = "TernLiveVoice";

crypto::AeadNonce nonce_of(std::uint32_t counter) {
  crypto::AeadNonce out;
  for (std::size_t i = 0; i < sizeof(counter); ++i)
    out.bytes[out.bytes.size() - 1 - i] = static_cast<std::uint8_t>(counter >> (8 * i));
  return out;
}

}  // namespace

Result<LiveKey> key_of(const mls::Group& group, std::uint32_t leaf, const MessageId& stream) {
  Writer context;
  context.number(leaf).raw(stream);
  TERN_ASSIGN(const auto secret,
              group.export_secret(key_label, context.span(), LiveKey::size_bytes));
  auto key = LiveKey::from(secret);
  if (!key) return Errc::internal;
  return std::move(*key);
}

Result<Bytes> seal(const mls::Group& group, const mls::Identity& me, wire::LivePacket packet,
                   const std::vector<Bytes>& opus_packets) {
  TERN_ASSIGN(const auto key, key_of(group, packet.leaf, packet.stream));
  const auto header = wire::live_header(packet);
  const auto ciphertext = crypto::aead_seal(key.span(), nonce_of(packet.counter), header,
                                            wire::encode_live_audio(opus_packets));
  if (ciphertext.size() > limits::live_packet_bytes_max)
    return Error(Errc::too_long, "a live packet of " + std::to_string(ciphertext.size()) +
                                     " bytes; " + std::to_string(limits::live_packet_bytes_max) +
                                     " are allowed");
  packet.ciphertext = ciphertext;
  const auto signature =
      mls::sign_with_label(me.signing_key, signature_label, {group.group_id(), header, ciphertext});
  packet.signature = *wire::Signature::from(signature.span());
  return wire::encode(packet);
}

Result<Speaker> speaker_of(const mls::Group& group, std::uint32_t leaf, const MessageId& stream) {
  TERN_ASSIGN(const auto member, group.member(mls::LeafIndex{leaf}));
  if (!member) return Errc::mls_sender_not_member;
  TERN_ASSIGN(auto key, key_of(group, leaf, stream));
  return Speaker{std::move(key), member->signature_key};
}

Result<std::vector<Bytes>> open(const Speaker& speaker, ByteSpan group_id,
                                const wire::LivePacket& packet) {
  const auto header = wire::live_header(packet);
  const auto signature = *crypto::Signature::from(packet.signature.span());
  if (!mls::verify_with_label(speaker.signature_key, signature_label,
                              {group_id, header, packet.ciphertext}, signature))
    return Errc::signature_invalid;
  TERN_ASSIGN(const auto audio, crypto::aead_open(speaker.key.span(), nonce_of(packet.counter),
                                                  header, packet.ciphertext));
  TERN_ASSIGN(const auto packets, wire::decode_live_audio(audio, packet.packet_frames));
  if (packet.end != packets.empty())
    return Error(Errc::malformed, "a live packet has speech in it, or is the end");
  std::vector<Bytes> out;
  out.reserve(packets.size());
  for (const auto opus : packets) out.push_back(to_bytes(opus));
  return out;
}

}  // namespace tern::client::live
