// Live voice: what is spoken goes out while it is spoken, and nothing of it is stored on the way.
// The recording of the same packets becomes an ordinary message, which replaces it.
#pragma once

#include <deque>
#include <map>
#include <optional>

#include "base/clock.hpp"
#include "client/live_packets.hpp"
#include "tern/message.hpp"

namespace tern::wire {
struct SignalPush;
}

namespace tern::client {

class Step;
struct Device;

/// A live packet for whoever listens.
struct HeardPacket {
  std::uint32_t counter = 0;
  std::vector<Bytes> opus_packets;
};
/// What has come since the last time that somebody asked.
struct Heard {
  DeviceId device;
  std::vector<HeardPacket> packets;
  std::uint32_t packet_frames = 0;
  std::optional<std::uint32_t> end;  ///< no packet comes after this number less one
  bool replaced = false;             ///< the durable message is here
};

/// This device speaks.
struct LiveSpeaker {
  ChatId chat;
  std::uint8_t packet_frames = 0;
  std::uint32_t next = 0;
};

/// Somebody else does.
struct LiveStream {
  ChatId chat;
  DeviceId device;
  std::uint8_t packet_frames = 0;
  std::uint64_t epoch = 0;
  live::Speaker now;                    ///< in `epoch`
  std::optional<std::int64_t> over_ms;  ///< when the chat went on from `epoch`
  /// Of the epoch before, for what was on its way when the epoch turned.
  std::optional<live::Speaker> before;
  std::uint64_t before_epoch = 0;
  std::int64_t before_over_ms = 0;
  std::deque<HeardPacket> waiting;
  std::optional<std::uint32_t> end;
  bool replaced = false;
  bool told_end = false;
  std::int64_t last_ms = 0;
};

struct Lives {
  std::map<MessageId, LiveSpeaker> speaking;
  std::map<MessageId, LiveStream> heard;
  std::deque<MessageId> over;  ///< streams that were heard
  std::uint32_t signals = 0;   ///< on the line
};

namespace live {

/// From now on `draft` is also heard while it is recorded. Errors: invalid_argument (the frames, or
/// it has begun already), live_ended (the chat is not active).
Result<void> start(Step& step, const ChatId& chat, const MessageId& draft,
                   std::uint32_t packet_frames);
/// The next packet, or the end with none in it. Not on the line, or behind the log's head: nobody
/// hears it now, and the durable message has it. Errors: live_ended.
Result<void> say(Step& step, const MessageId& stream, const std::vector<Bytes>& opus_packets);
void stop(Device& device, const MessageId& stream);
/// A signal's answer has come.
void answered(Device& device);

/// Anything that is not a sound packet of a member is left out, without a word: the relay may send
/// whatever it likes.
Result<void> received(Step& step, const wire::SignalPush& push);
/// The durable message with this id, of this device, is here.
void replaced(Step& step, const ChatId& chat, const MessageId& id, const DeviceId& speaker);
/// Errors: not_found (never heard, or over for long).
Result<Heard> take(Device& device, const ChatId& chat, const MessageId& stream);

/// Ends what has fallen silent. Once a step.
void go_on(Device& device, Now now);
std::int64_t deadline(const Device& device);

}  // namespace live
}  // namespace tern::client
