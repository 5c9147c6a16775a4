// A member whose user has changed the program: its next messages in a chat are replaced, on their
// way to the relay, by any content that its keys can sign.
#pragma once

#include "sim/frame_edits.hpp"
#include "sim/media.hpp"
#include "wire/content.hpp"
#include "wire/entry.hpp"
#include "wire/frames.hpp"

namespace tern::sim {

/// A blob as a message names it, with what the name points at.
struct NamedBlob {
  AccountId owner;
  BlobAddress address;
  std::uint64_t bytes = 0;
  Bytes key;
  Bytes header;
  wire::BlobRef ref() const { return {owner, address, bytes, key, header}; }
};

/// The device must not commit on its own (quiet()), and nothing else may look at the relay's
/// frames meanwhile.
class Forger {
 public:
  Forger(World& world, Device& device) : world_(world), device_(device) {}

  /// For a device whose every message is to be replaced: it neither heals nor sends receipts.
  static client::EngineConfig quiet();

  /// Sent as the device's next messages, in this order; returns when the relay has them.
  std::vector<MessageId> send(const ChatId& chat, const std::vector<Bytes>& contents);
  MessageId send(const ChatId& chat, const wire::Content& content) {
    return send(chat, std::vector<Bytes>{wire::encode(content)}).front();
  }
  /// A voice message by its own program, and what names its blob.
  NamedBlob upload(const ChatId& chat, ByteSpan sound);

 private:
  World& world_;
  Device& device_;
  std::map<ChatId, wire::EntryHeader> first_seen_;  ///< before the log held what it did not write
};

/// The blob of a voice message that its program sends now.
NamedBlob blob_of_next(World& world, Device& who, const ChatId& chat, ByteSpan sound,
                       MessageId* id = nullptr);

wire::Content voice_naming(const NamedBlob& blob, std::int64_t sent_ms);

}  // namespace tern::sim
