// Messages and chats as an app sees them: plain values, copies of what is stored.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tern/bytes.hpp"
#include "tern/errc.hpp"
#include "tern/voice_clip.hpp"

namespace tern {

/// How far an own message is. Only `failed` is final without having arrived.
enum class MessageState : std::uint8_t {
  queued,     ///< on this disk
  sending,    ///< encrypted and handed to the connection
  sent,       ///< on the relay's disk
  delivered,  ///< on a device of every other member
  read,       ///< seen by every other member
  failed,     ///< for good: see `failure`
  received,   ///< somebody else's message
  cancelled,
};

struct Text {
  std::string text;
};
/// An app's own content.
struct Custom {
  std::string type;
  Bytes bytes;
};
/// A kind that this version does not know.
struct Unsupported {
  std::uint16_t kind = 0;
};
/// Where the bytes of a voice message or a file are.
struct Media {
  enum class State : std::uint8_t {
    here,       ///< whole, on this device
    sending,    ///< one's own: here, and on its way to the relay
    arriving,   ///< being fetched; or its sender is still uploading
    elsewhere,  ///< at the relay: Chat::fetch() brings it
    failed,     ///< see `failure`; Chat::fetch() tries again
  };
  State state = State::here;
  std::uint64_t bytes = 0;  ///< of ciphertext: what crosses the wire; 0: it is in the message
  std::uint64_t done = 0;   ///< of them
  Errc failure{};
};
struct Voice {
  VoiceClip clip;
  VoiceHash packets_hash;
  Media media;
};
/// A picture's size, and a small one to show before it is here, as the sender's app made it.
struct Picture {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  Bytes thumbnail;
};
struct File {
  std::string name;  ///< without a path: safe to use in a folder of one's own
  std::string type;  ///< a media type (RFC 6838); may be empty
  std::uint64_t bytes = 0;
  std::optional<Picture> picture;  ///< an image
  Media media;
};
/// Something that happened in the chat, at its place in the history.
struct Notice {
  enum class What : std::uint8_t {
    created,
    member_added,
    member_removed,
    member_left,
    rejoined,
    gap,
    forked,
    restarted,
  };
  What what = What::created;
  AccountId who;  ///< whom it is about
};
using Body = std::variant<Text, Custom, Unsupported, Notice, Voice, File>;

/// Where a message stands in its chat's one order. Logged messages come before queued ones.
struct HistoryPosition {
  std::uint64_t value = 0;
  friend auto operator<=>(const HistoryPosition&, const HistoryPosition&) = default;
};

struct Message {
  MessageId id;
  ChatId chat;
  AccountId sender;
  DeviceId device;
  HistoryPosition position;
  std::uint64_t seq = 0;     ///< its place in the log; 0 while it has none
  std::int64_t sent_ms = 0;  ///< Unix time by the sender's clock
  MessageState state = MessageState::received;
  Errc failure{};  ///< why, when state is failed
  bool mine = false;
  Body body;
};

/// What a chat is doing.
enum class ChatState : std::uint8_t {
  setting_up,  ///< not at the relay yet; what is sent waits
  joining,     ///< the other side made it; its Welcome is on the way
  active,
  split,  ///< this device cannot follow and has asked to be added again: see Chat::restart()
  left,   ///< removed, or left
};

struct ChatInfo {
  ChatId id;
  bool one_to_one = true;
  AccountId peer;     ///< one-to-one: the other
  std::string title;  ///< groups
  ChatState state = ChatState::setting_up;
  std::vector<AccountId> members;
  std::uint64_t epoch = 0;    ///< of the MLS group
  Bytes epoch_authenticator;  ///< RFC 9420 §8.7: equal at all members in one epoch
  std::uint64_t applied_seq = 0;
  std::size_t unread = 0;
  std::size_t queued = 0;
};

}  // namespace tern
