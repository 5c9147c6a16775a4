// PrivateMessage (RFC 9420 §6.3): signed and encrypted.
#pragma once

#include "base/entropy.hpp"
#include "crypto/aead.hpp"
#include "mls/framing.hpp"

namespace tern::mls {

/// One generation's key and nonce from a sender's ratchet (§9.1).
struct MessageKey {
  crypto::Secret<crypto::aead_key_bytes> key;
  crypto::Secret<crypto::aead_nonce_bytes> nonce;
};

/// PrivateMessage, taken apart: views of the message's bytes.
struct PrivateMessage {
  ByteSpan group_id;
  std::uint64_t epoch = 0;
  ContentType content_type = ContentType::application;
  ByteSpan authenticated_data;
  ByteSpan encrypted_sender_data;
  ByteSpan ciphertext;
  ByteSpan content_aad;      ///< PrivateContentAAD: the first four fields as encoded
  ByteSpan sender_data_aad;  ///< SenderDataAAD: the first three
};
template <>
Result<PrivateMessage> read(Reader& reader);
void write(Writer& writer, const PrivateMessage& message);

/// SenderData (§6.3.2).
struct SenderData {
  LeafIndex leaf;
  std::uint32_t generation = 0;
  std::array<std::uint8_t, 4> reuse_guard{};
};

/// Key and nonce for the sender data, from the sample of the ciphertext.
MessageKey sender_data_key(const Secret& sender_data_secret, ByteSpan ciphertext);

/// Errors: mls_decrypt_failed.
Result<SenderData> open_sender_data(const PrivateMessage& message,
                                    const Secret& sender_data_secret);

/// What a PrivateMessage held: `message.content` has views of `plaintext` and of the message.
struct PrivateContent {
  AuthenticatedContent message;
  crypto::SecretBytes plaintext;
};
/// Decrypts and parses; does not verify the signature. Errors: mls_decrypt_failed,
/// mls_padding_not_zero, those of the structures.
Result<PrivateContent> open_private(const PrivateMessage& message, const SenderData& sender,
                                    const MessageKey& key);

/// What protects a member's next message.
struct Protection {
  const Secret* sender_data_secret = nullptr;
  const MessageKey* key = nullptr;
  std::uint32_t generation = 0;
};
/// Encrypts content that was signed for WireFormat::private_message into an MLSMessage, padded
/// with Padmé.
Bytes protect_private(const FramedContent& content, const ContentAuth& auth,
                      const Protection& protection, Entropy& entropy);

}  // namespace tern::mls
