// What is inside an MLS application message: a FlatBuffers union that grows.
#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "tern/limits.hpp"
#include "tern/result.hpp"
#include "tern/voice_clip.hpp"
#include "wire/ids.hpp"

namespace tern::wire {

/// At most limits::text_bytes_max of UTF-8.
struct TextContent {
  std::string_view text;
  std::optional<MessageId> reply_to;
};
/// 16 bytes that stand for a key of the relay's directory.
using DirectoryKeyHash = FixedBytes<struct DirectoryKeyHashTag, 16>;
/// Everything up to these seqs has reached this device, or been read on it. Once a chat and epoch
/// also which key the relay's directory has, as this device was told: who is told another one has
/// been given a key of their own.
struct ReceiptContent {
  std::uint64_t delivered_up_to = 0;
  std::uint64_t read_up_to = 0;
  std::uint32_t directory_epoch = 0;
  DirectoryKeyHash directory_key;  ///< zero: nothing is said of it
};
/// An app's own content: tern carries it without asking.
struct CustomContent {
  std::string_view type;
  ByteSpan bytes;
};
/// A blob that a message points at, and the secretstream key and header that open it.
struct BlobRef {
  AccountId owner;
  BlobAddress address;
  std::uint64_t bytes = 0;  ///< of ciphertext, 1 … limits::blob_bytes_max
  ByteSpan key;             ///< 32 bytes
  ByteSpan header;          ///< 24 bytes
};
/// Ogg Opus, in the message itself or in a blob.
struct VoiceContent {
  VoiceClip clip;
  VoiceHash packets_hash;
  ByteSpan audio;  ///< at most limits::voice_inline_bytes_max
  std::optional<BlobRef> blob;
};
/// A file; an image is one with its size in pixels, and a small picture to show before it is here.
struct FileContent {
  std::string_view name;  ///< 1 … limits::file_name_bytes_max of UTF-8, no path
  std::string_view type;  ///< a media type (RFC 6838); may be empty
  std::uint64_t bytes = 0;
  BlobRef blob;
  struct Picture {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    ByteSpan thumbnail;  ///< at most limits::thumbnail_bytes_max
  };
  std::optional<Picture> picture;
};
/// A kind that this version does not know: kept whole and shown as such.
struct UnknownContent {
  std::uint16_t kind = 0;
};

/// A message that its author sends again to a device that rejoined, under its first id.
struct Again {
  MessageId id;
  std::uint64_t seq = 0;  ///< where it stood first
};

struct Content {
  std::int64_t sent_ms = 0;  ///< Unix time, the sender's clock
  std::optional<Again> again;
  std::variant<TextContent, ReceiptContent, CustomContent, VoiceContent, FileContent,
               UnknownContent>
      body;
};

Bytes encode(const Content& content);
/// Whether it is a kind that points at a blob, and at which; nothing of a content that does not
/// parse.
std::vector<BlobAddress> blobs_named(ByteSpan content);
/// The blob that a content points at; null: none.
const BlobRef* blob_of(const Content& content);

/// Views point into `bytes`. Errors: malformed, text_not_utf8, text_too_long, voice_too_long,
/// blob_too_large; too_long for another field over its limit or a content over
/// limits::entry_payload_bytes_max.
Result<Content> decode_content(ByteSpan bytes);

/// Whether `name` names a file and no place: not empty, `.` or `..`, without separators and control
/// characters.
bool is_file_name(std::string_view name) noexcept;

/// A group's rules and name, in the GroupContext extension (tern policy).
struct GroupPolicy {
  enum class Who : std::uint8_t { admins = 1, members = 2 };
  std::string_view title;
  std::vector<AccountId> admins;
  bool one_to_one = false;
  Who may_add = Who::admins;
  Who may_remove = Who::admins;
  Who may_rename = Who::admins;
};
Bytes encode(const GroupPolicy& policy);
/// `title` points into `bytes`. Errors: as Reader's, malformed, too_long, text_not_utf8,
/// unsupported_version.
Result<GroupPolicy> decode_group_policy(ByteSpan bytes);

}  // namespace tern::wire
