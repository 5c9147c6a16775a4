// What a client tells its app.
#pragma once

#include <variant>

#include "tern/contact.hpp"
#include "tern/message.hpp"

namespace tern {

/// A message that was not here before, somebody's or a notice.
struct MessageArrived {
  Message message;
};
/// An own message moved on.
struct MessageChanged {
  ChatId chat;
  MessageId id;
  MessageState state = MessageState::queued;
};
/// The bytes of a message's voice or file moved on, or are there.
struct MediaChanged {
  ChatId chat;
  MessageId id;
  Media media;
};
/// Somebody speaks: Chat::listen(id) hears them while they do. The voice message with the same id
/// replaces it when they let go.
struct LiveStarted {
  ChatId chat;
  MessageId id;
  AccountId sender;
  DeviceId device;
  std::uint32_t packet_frames = 0;  ///< 20 ms each, in one live packet
};
/// They let go, or nothing more is heard of them.
struct LiveEnded {
  ChatId chat;
  MessageId id;
};
/// A chat appeared, or its state, title or members changed.
struct ChatChanged {
  ChatId chat;
};
struct ConnectionChanged {
  bool online = false;
};
/// Members, or this device before, were shown another log than now: the relay, or who controls it,
/// has lied.
struct LogForked {
  ChatId chat;
  std::uint64_t seq = 0;
};
/// The relay's copy of the chat is older than this device's, as after a backup was put back: it has
/// lost entries from `seq` on. Their authors send them again; what nobody has any more is a gap.
struct LogRolledBack {
  ChatId chat;
  std::uint64_t seq = 0;
};
/// The chat goes on in a new group: whoever could have let devices back in was not there, so `by`
/// (zero: not known) began anew with the same members. Nothing of the history is lost by it.
struct ChatRestarted {
  ChatId chat;
  AccountId by;
};
/// This device was restored from an old copy; it rejoins all of its chats.
struct DeviceRestored {};
/// Something to show or log: e.g. an account that the relay does not know, a refused membership.
struct Problem {
  ChatId chat;  ///< zero: not about one chat
  Errc code{};
  std::string message;
};
/// How many of a sync's numbers have been asked for.
struct ContactsProgress {
  std::size_t done = 0;
  std::size_t total = 0;
};
/// A number of the address book that was not registered is now.
struct ContactJoined {
  Contact contact;
};
/// A number of the address book is no longer registered.
struct ContactLeft {
  Contact contact;
};
/// The number has another key: see Contact::new_account.
struct ContactKeyChanged {
  Contact contact;
  std::string safety_number;  ///< with the new key
};
/// More happened than the queue holds: read chats and histories anew.
struct Reset {};

using Event = std::variant<MessageArrived, MessageChanged, ChatChanged, ConnectionChanged,
                           LogForked, DeviceRestored, Problem, Reset, MediaChanged, LiveStarted,
                           LiveEnded, ContactsProgress, ContactJoined, ContactLeft,
                           ContactKeyChanged, LogRolledBack, ChatRestarted>;

/// The queue's bound: on the next event over it, everything queued becomes one Reset.
inline constexpr std::size_t events_queued_max = 10'000;

}  // namespace tern
