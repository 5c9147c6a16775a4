#include "mls/private_message.hpp"

#include <algorithm>

#include "mls/label_expander.hpp"
#include "mls/padding.hpp"

namespace tern::mls {
namespace {

constexpr std::size_t sender_data_bytes = 4 + 4 + 4;
constexpr std::size_t sealed_sender_data_bytes = sender_data_bytes + crypto::aead_tag_bytes;

// §6.3.1: the nonce of the key schedule, XORed with the reuse guard in its first four bytes.
crypto::SecretNonce guarded_nonce(const MessageKey& key,
                                  const std::array<std::uint8_t, 4>& reuse_guard) {
  crypto::SecretNonce nonce(key.nonce);
  for (std::size_t i = 0; i < reuse_guard.size(); ++i) nonce.bytes[i] ^= reuse_guard[i];
  return nonce;
}

// PrivateMessageContent, with its padding.
crypto::SecretBytes private_content(const FramedContent& content, const ContentAuth& auth) {
  constexpr std::size_t auth_bytes_max = 2 + 64 + 1 + 32;
  BasicWriter<crypto::SecretBytes> writer;
  writer.reserve(padme(content.body.size() + auth_bytes_max));
  writer.raw(content.body).vector(auth.signature);
  if (auth.confirmation_tag) writer.vector(*auth.confirmation_tag);
  const auto padded = padme(writer.size());
  while (writer.size() < padded) writer.number(std::uint8_t{0});
  return std::move(writer).take();
}

std::array<std::uint8_t, sender_data_bytes> encode_sender_data(const SenderData& sender) {
  std::array<std::uint8_t, sender_data_bytes> out;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto shift = 24 - 8 * i;
    out[i] = static_cast<std::uint8_t>(sender.leaf.value >> shift);
    out[4 + i] = static_cast<std::uint8_t>(sender.generation >> shift);
    out[8 + i] = sender.reuse_guard[i];
  }
  return out;
}

// An MLSMessage whose two ciphertexts are still to be filled in: both AADs are runs of its bytes.
struct Layout {
  Bytes bytes;
  std::size_t aad_at, sender_data_aad_bytes, content_aad_bytes;
  std::size_t sender_data_at, ciphertext_at;
};

Layout lay_out(const FramedContent& content, std::size_t sealed_bytes) {
  Layout out;
  Writer writer;
  writer.reserve(content.group_id.size() + content.authenticated_data.size() + sealed_bytes + 64);
  write_message_header(writer, WireFormat::private_message);
  out.aad_at = writer.size();
  writer.vector(content.group_id).number(content.epoch);
  write_enum(writer, content.content_type);
  out.sender_data_aad_bytes = writer.size() - out.aad_at;
  writer.vector(content.authenticated_data);
  out.content_aad_bytes = writer.size() - out.aad_at;
  writer.length(sealed_sender_data_bytes);
  out.sender_data_at = writer.size();
  writer.raw(std::array<std::uint8_t, sealed_sender_data_bytes>{});
  writer.length(sealed_bytes);
  out.ciphertext_at = writer.size();
  out.bytes = std::move(writer).take();
  out.bytes.resize(out.ciphertext_at + sealed_bytes);
  return out;
}

}  // namespace

template <>
Result<PrivateMessage> read(Reader& reader) {
  PrivateMessage message;
  const Reader start = reader;
  TERN_ASSIGN(message.group_id, reader.vector());
  TERN_ASSIGN(message.epoch, reader.number<std::uint64_t>());
  TERN_ASSIGN(message.content_type, read<ContentType>(reader));
  message.sender_data_aad = consumed(start, reader);
  TERN_ASSIGN(message.authenticated_data, reader.vector());
  message.content_aad = consumed(start, reader);
  TERN_ASSIGN(message.encrypted_sender_data, reader.vector());
  TERN_ASSIGN(message.ciphertext, reader.vector());
  return message;
}

void write(Writer& writer, const PrivateMessage& message) {
  writer.vector(message.group_id).number(message.epoch);
  write_enum(writer, message.content_type);
  writer.vector(message.authenticated_data);
  writer.vector(message.encrypted_sender_data).vector(message.ciphertext);
}

MessageKey sender_data_key(const Secret& sender_data_secret, ByteSpan ciphertext) {
  const auto sample = ciphertext.first(std::min(ciphertext.size(), kdf_bytes));
  MessageKey out;
  const LabelExpander expand(sender_data_secret.span());
  expand.into(out.key.mutable_span(), "key", sample);
  expand.into(out.nonce.mutable_span(), "nonce", sample);
  return out;
}

Result<SenderData> open_sender_data(const PrivateMessage& message,
                                    const Secret& sender_data_secret) {
  if (message.encrypted_sender_data.size() != sealed_sender_data_bytes)
    return Errc::mls_decrypt_failed;
  const auto key = sender_data_key(sender_data_secret, message.ciphertext);
  std::array<std::uint8_t, sender_data_bytes> plain;
  const auto opened =
      crypto::aead_open_into(plain, key.key.span(), crypto::SecretNonce(key.nonce),
                             message.sender_data_aad, message.encrypted_sender_data);
  if (!opened) return Errc::mls_decrypt_failed;
  Reader reader(plain);
  SenderData data;
  TERN_ASSIGN(data.leaf.value, reader.number<std::uint32_t>());
  TERN_ASSIGN(data.generation, reader.number<std::uint32_t>());
  TERN_ASSIGN(const auto guard, reader.raw(data.reuse_guard.size()));
  std::copy(guard.begin(), guard.end(), data.reuse_guard.begin());
  return data;
}

Result<PrivateContent> open_private(const PrivateMessage& message, const SenderData& sender,
                                    const MessageKey& key) {
  if (message.ciphertext.size() < crypto::aead_tag_bytes) return Errc::mls_decrypt_failed;
  PrivateContent out;
  out.plaintext = crypto::SecretBytes(message.ciphertext.size() - crypto::aead_tag_bytes);
  const auto opened = crypto::aead_open_into(out.plaintext.mutable_span(), key.key.span(),
                                             guarded_nonce(key, sender.reuse_guard),
                                             message.content_aad, message.ciphertext);
  if (!opened) return Errc::mls_decrypt_failed;

  Reader reader(out.plaintext);
  auto& content = out.message.content;
  content.group_id = message.group_id;
  content.epoch = message.epoch;
  content.sender = Sender(sender.leaf);
  content.authenticated_data = message.authenticated_data;
  content.content_type = message.content_type;
  TERN_ASSIGN(content.body, read_content_body(reader, message.content_type));
  TERN_ASSIGN(out.message.auth, read_content_auth(reader, message.content_type));
  // §6.3.1: "A receiver MUST verify that there are no non-zero bytes in the padding field, and if
  // this check fails, the enclosing PrivateMessage MUST be rejected as malformed."
  const auto padding = reader.rest();
  if (std::any_of(padding.begin(), padding.end(), [](auto byte) { return byte != 0; }))
    return Errc::mls_padding_not_zero;
  return out;
}

Bytes protect_private(const FramedContent& content, const ContentAuth& auth,
                      const Protection& protection, Entropy& entropy) {
  const auto plaintext = private_content(content, auth);
  auto message = lay_out(content, plaintext.size() + crypto::aead_tag_bytes);
  const MutableByteSpan bytes(message.bytes);
  const ByteSpan whole(message.bytes);

  SenderData sender{LeafIndex{content.sender.index}, protection.generation, {}};
  entropy.fill(sender.reuse_guard);
  const auto ciphertext = bytes.subspan(message.ciphertext_at);
  crypto::aead_seal_into(ciphertext, protection.key->key.span(),
                         guarded_nonce(*protection.key, sender.reuse_guard),
                         whole.subspan(message.aad_at, message.content_aad_bytes), plaintext);

  const auto key = sender_data_key(*protection.sender_data_secret, ciphertext);
  crypto::aead_seal_into(bytes.subspan(message.sender_data_at, sealed_sender_data_bytes),
                         key.key.span(), crypto::SecretNonce(key.nonce),
                         whole.subspan(message.aad_at, message.sender_data_aad_bytes),
                         encode_sender_data(sender));
  return std::move(message.bytes);
}

}  // namespace tern::mls
