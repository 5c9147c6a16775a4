#include "client/live.hpp"

#include <algorithm>

#include "client/blocks.hpp"
#include "client/history.hpp"
#include "client/reading.hpp"
#include "client/seating.hpp"
#include "client/step.hpp"

namespace tern::client::live {
namespace {

/// What was on its way when the epoch turned has arrived by then.
constexpr std::int64_t old_epoch_ms = 5'000;
/// Nothing heard for so long: the speaker is gone.
constexpr std::int64_t silence_ms = 10'000;
/// Forgotten so long after its end, whoever still listens.
constexpr std::int64_t forget_ms = 30'000;
/// Packets kept for a listener who does not ask: 15 s of the longest.
constexpr std::size_t waiting_max = 64;
/// Streams that are over, so that nobody plays one again to who has heard it.
constexpr std::size_t over_max = 256;
/// On a line that does not take them they would only become late.
constexpr std::uint32_t signals_max = 8;

bool can_speak(const Chat& chat) {
  return chat.record.state == ChatState::active && !chat.record.leaving;
}

// Straight to the app: nothing of a live voice is in the transaction.
void tell_end(Device& device, const MessageId& id, LiveStream& stream) {
  if (std::exchange(stream.told_end, true)) return;
  device.events.push(LiveEnded{stream.chat, id});
}

bool was_heard(const Device& device, const MessageId& id) {
  const auto& over = device.lives.over;
  return std::find(over.begin(), over.end(), id) != over.end();
}

void forget(Device& device, const MessageId& id) {
  auto& over = device.lives.over;
  over.push_back(id);
  if (over.size() > over_max) over.pop_front();
}

std::size_t heard_in(const Device& device, const ChatId& chat) {
  return static_cast<std::size_t>(std::count_if(
      device.lives.heard.begin(), device.lives.heard.end(),
      [&](const auto& entry) { return entry.second.chat == chat && !entry.second.told_end; }));
}

// A device speaks once at a time, and of what it said before one stream is kept for who listens.
void end_others(Device& device, const ChatId& chat, const DeviceId& speaker) {
  auto& heard = device.lives.heard;
  for (auto it = heard.begin(); it != heard.end();) {
    auto& [id, stream] = *it;
    const bool others = stream.chat != chat || stream.device != speaker;
    const bool over = !others && stream.told_end;
    if (over) forget(device, id);
    if (!others && !over) tell_end(device, id, stream);
    it = over ? heard.erase(it) : std::next(it);
  }
}

constexpr LiveStream* no_stream = nullptr;

/// The stream that a packet of the present epoch belongs to, begun or moved to that epoch; null: no
/// member's, or one too many.
Result<LiveStream*> stream_of(Step& step, Chat& chat, const wire::LivePacket& packet,
                              const DeviceId& from) {
  auto& heard = step.device.lives.heard;
  const auto known = heard.find(packet.stream);
  const bool here = known != heard.end();
  // A stream is one device's in one chat, whatever the relay says.
  if (here && (known->second.chat != chat.id() || known->second.device != from)) return no_stream;
  if (here && known->second.epoch == packet.epoch) return &known->second;
  if (here && known->second.before && known->second.before_epoch == packet.epoch)
    return &known->second;
  if (!here && was_heard(step.device, packet.stream)) return no_stream;
  TERN_ASSIGN(const auto* const group, chat.group());
  if (group->epoch() != packet.epoch) return no_stream;
  const auto seat = seat_at(*group, mls::LeafIndex{packet.leaf});
  if (!seat || seat->device != from) return no_stream;
  auto speaker = speaker_of(*group, packet.leaf, packet.stream);
  if (!speaker) return no_stream;
  if (here) {
    auto& stream = known->second;
    stream.before = std::exchange(stream.now, std::move(*speaker));
    stream.before_epoch = std::exchange(stream.epoch, packet.epoch);
    stream.before_over_ms = stream.over_ms.value_or(step.now.mono_ms);
    stream.over_ms.reset();
    return &stream;
  }
  end_others(step.device, chat.id(), from);
  if (heard_in(step.device, chat.id()) >= limits::live_streams_max) return no_stream;
  TERN_ASSIGN(const auto said, history::find(step.rows, chat.row, packet.stream, from));
  if (said) return no_stream;
  LiveStream stream;
  stream.chat = chat.id();
  stream.device = from;
  stream.packet_frames = packet.packet_frames;
  stream.epoch = packet.epoch;
  stream.now = std::move(*speaker);
  return &heard.emplace(packet.stream, std::move(stream)).first->second;
}

void keep(Step& step, const wire::LivePacket& packet, LiveStream& stream,
          std::vector<Bytes> opus_packets) {
  stream.last_ms = step.now.mono_ms;
  if (packet.end) {
    stream.end = packet.counter;
    tell_end(step.device, packet.stream, stream);
    return;
  }
  stream.waiting.push_back({packet.counter, std::move(opus_packets)});
  if (stream.waiting.size() > waiting_max) stream.waiting.pop_front();
}

/// Of an epoch that is over: whoever spoke in it may have been removed since.
bool too_late(Now now, std::int64_t over_ms) { return now.mono_ms - over_ms > old_epoch_ms; }

}  // namespace

Result<void> start(Step& step, const ChatId& chat, const MessageId& draft,
                   std::uint32_t packet_frames) {
  if (packet_frames < limits::live_frames_min || packet_frames > limits::live_frames_max)
    return Error(Errc::invalid_argument,
                 "a live packet has 3 to 12 frames of 20 ms; not " + std::to_string(packet_frames));
  const Chat* const found = step.device.chats.find(chat);
  if (!found || !can_speak(*found)) return Errc::live_ended;
  // A second beginning would count from 0 again, under the same key.
  const bool fresh =
      step.device.lives.speaking
          .try_emplace(draft, LiveSpeaker{chat, static_cast<std::uint8_t>(packet_frames), 0})
          .second;
  if (!fresh) return Error(Errc::invalid_argument, "this live voice has begun already");
  return {};
}

Result<void> say(Step& step, const MessageId& stream, const std::vector<Bytes>& opus_packets) {
  auto& device = step.device;
  const auto speaker = device.lives.speaking.find(stream);
  if (speaker == device.lives.speaking.end()) return Errc::live_ended;
  // Counted whether it goes out or not: the listener sees that one is missing.
  const auto counter = speaker->second.next++;
  Chat* const chat = device.chats.find(speaker->second.chat);
  if (!chat || !can_speak(*chat)) return Errc::live_ended;
  if (!device.link.online() || device.lives.signals >= signals_max) return {};
  // Behind the head there may be a commit that removes somebody.
  if (!at_head(*chat) || !chat->line.member) return {};
  device.chats.used(*chat);
  TERN_ASSIGN(const auto* const group, chat->group());
  wire::LivePacket packet;
  packet.stream = stream;
  packet.epoch = group->epoch();
  packet.leaf = group->own_leaf().value;
  packet.counter = counter;
  packet.packet_frames = speaker->second.packet_frames;
  packet.end = opus_packets.empty();
  TERN_ASSIGN(const auto payload, seal(*group, device.account.identity, packet, opus_packets));
  step.send({Purpose::What::signal, {}}, wire::Signal{chat->id(), payload});
  ++device.lives.signals;
  return {};
}

void stop(Device& device, const MessageId& stream) { device.lives.speaking.erase(stream); }

void answered(Device& device) {
  if (device.lives.signals > 0) --device.lives.signals;
}

Result<void> received(Step& step, const wire::SignalPush& push) {
  Chat* const chat = step.device.chats.find(push.log);
  if (!chat || chat->record.state != ChatState::active) return {};
  if (push.from == step.device.account.device) return {};
  const auto packet = wire::decode_live_packet(push.payload);
  if (!packet) return {};
  step.device.chats.used(*chat);
  TERN_ASSIGN(LiveStream* const stream, stream_of(step, *chat, *packet, push.from));
  if (!stream || stream->replaced) return {};
  TERN_ASSIGN(const auto* const group, chat->group());
  const bool old = stream->before && stream->before_epoch == packet->epoch;
  const auto over_ms = old ? stream->before_over_ms : stream->over_ms.value_or(step.now.mono_ms);
  if (group->epoch() != packet->epoch && too_late(step.now, over_ms)) return {};
  auto opened = open(old ? *stream->before : stream->now, group->group_id(), *packet);
  if (!opened) {
    // Nothing is begun by what nobody has signed.
    if (stream->last_ms == 0) step.device.lives.heard.erase(packet->stream);
    return {};
  }
  if (stream->last_ms == 0) {
    TERN_ASSIGN(const auto seat, seat_at(*group, mls::LeafIndex{packet->leaf}));
    TERN_ASSIGN(const bool blocked, blocks::has(step.rows, seat.account));
    if (blocked) {
      step.device.lives.heard.erase(packet->stream);
      return {};
    }
    step.device.events.push(
        LiveStarted{chat->id(), packet->stream, seat.account, seat.device, packet->packet_frames});
  }
  keep(step, *packet, *stream, std::move(*opened));
  return {};
}

void replaced(Step& step, const ChatId& chat, const MessageId& id, const DeviceId& speaker) {
  const auto found = step.device.lives.heard.find(id);
  if (found == step.device.lives.heard.end()) return;
  // Another's message under this id is another message.
  if (found->second.chat != chat || found->second.device != speaker) return;
  step.then([&device = step.device, now = step.now, id] {
    const auto stream = device.lives.heard.find(id);
    if (stream == device.lives.heard.end()) return;
    stream->second.replaced = true;
    stream->second.last_ms = now.mono_ms;
    tell_end(device, id, stream->second);
  });
}

Result<Heard> take(Device& device, const ChatId& chat, const MessageId& stream) {
  const auto found = device.lives.heard.find(stream);
  if (found == device.lives.heard.end() || found->second.chat != chat) return Errc::not_found;
  auto& from = found->second;
  Heard out;
  out.packets.assign(std::make_move_iterator(from.waiting.begin()),
                     std::make_move_iterator(from.waiting.end()));
  from.waiting.clear();
  out.device = from.device;
  out.packet_frames = from.packet_frames;
  out.end = from.end;
  out.replaced = from.replaced;
  return out;
}

void go_on(Device& device, Now now) {
  auto& heard = device.lives.heard;
  for (auto it = heard.begin(); it != heard.end();) {
    auto& [id, stream] = *it;
    // Noted when the chat goes on, not when the speaker does: they might wait.
    const Chat* const chat = device.chats.find(stream.chat);
    if (chat && chat->record.epoch > stream.epoch && !stream.over_ms) stream.over_ms = now.mono_ms;
    if (stream.before && too_late(now, stream.before_over_ms)) stream.before.reset();
    const auto silent_ms = now.mono_ms - stream.last_ms;
    if (silent_ms > silence_ms) tell_end(device, id, stream);
    const bool over = stream.told_end && silent_ms > forget_ms;
    if (over) forget(device, id);
    it = over ? heard.erase(it) : std::next(it);
  }
}

std::int64_t deadline(const Device& device) {
  auto out = never_ms;
  for (const auto& [id, stream] : device.lives.heard) {
    const auto wait = stream.told_end ? forget_ms : silence_ms;
    out = std::min(out, stream.last_ms + wait + 1);
    if (stream.before) out = std::min(out, stream.before_over_ms + old_epoch_ms + 1);
  }
  return out;
}

}  // namespace tern::client::live
