// What is inside an MLS application message: a FlatBuffers union that grows.
#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "tern/limits.hpp"
#include "tern/result.hpp"
#include "wire/ids.hpp"

namespace tern::wire {

/// At most limits::text_bytes_max of UTF-8.
struct TextContent {
  std::string_view text;
  std::optional<MessageId> reply_to;
};
/// Everything up to these seqs has reached this device, or been read on it.
struct ReceiptContent {
  std::uint64_t delivered_up_to = 0;
  std::uint64_t read_up_to = 0;
};
/// An app's own content: tern carries it without asking.
struct CustomContent {
  std::string_view type;
  ByteSpan bytes;
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
  std::variant<TextContent, ReceiptContent, CustomContent, UnknownContent> body;
};

Bytes encode(const Content& content);
/// Views point into `bytes`. Errors: malformed, text_not_utf8, text_too_long; too_long for a custom
/// type over limits::custom_type_bytes_max or a content over limits::entry_payload_bytes_max.
Result<Content> decode_content(ByteSpan bytes);

/// Whether `text` is well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view text) noexcept;

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
