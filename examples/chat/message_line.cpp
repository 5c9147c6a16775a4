#include "chat/message_line.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "chat/visible.hpp"
#include "chat/waveform_text.hpp"

namespace chat {
namespace {

std::string clock_time(std::int64_t sent_ms) {
  const auto seconds = static_cast<std::time_t>(sent_ms / 1000);
  std::tm local{};
  localtime_r(&seconds, &local);
  std::array<char, 8> out{};
  std::strftime(out.data(), out.size(), "%H:%M", &local);
  return out.data();
}

std::string notice_text(const tern::Notice& notice, const Names& names) {
  const auto who = visible(names.name_of(notice.who));
  switch (notice.what) {
    case tern::Notice::What::created:
      return "the chat begins";
    case tern::Notice::What::member_added:
      return who + " was added";
    case tern::Notice::What::member_removed:
      return who + " was removed";
    case tern::Notice::What::member_left:
      return who + " left";
    case tern::Notice::What::rejoined:
      return who + " is back";
    case tern::Notice::What::gap:
      return "messages are missing here";
    case tern::Notice::What::forked:
      return "the relay showed people different histories";
    case tern::Notice::What::restarted:
      return "the chat was started anew";
  }
  return "something happened that this version does not know";
}

std::string json_string(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\"";
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (byte < 0x20)
      ((out += "\\u00") += digits[byte >> 4]) += digits[byte & 15];
    else
      out += c;
  }
  return out + '"';
}

std::string percent(const tern::Media& media) {
  return std::to_string(media.done * 100 / std::max<std::uint64_t>(media.bytes, 1)) + " %";
}

std::string media_text(const tern::Media& media) {
  switch (media.state) {
    case tern::Media::State::here:
      return "";
    case tern::Media::State::sending:
      return ", uploading " + percent(media);
    case tern::Media::State::arriving:
      return ", arriving " + percent(media);
    case tern::Media::State::elsewhere:
      return ", not fetched";
    case tern::Media::State::failed:
      return ", " + tern::describe(media.failure);
  }
  return "";
}

std::string voice_text(const tern::Voice& voice) {
  return "[voice " + length_text(voice.clip.duration_ms()) + " " +
         waveform_text(voice.clip.waveform, 32) + media_text(voice.media) + "]";
}

std::string body_json(const tern::Body& body) {
  if (auto* voice = std::get_if<tern::Voice>(&body))
    return "\"voice_ms\":" + std::to_string(voice->clip.duration_ms()) +
           ",\"packets\":" + json_string(voice->packets_hash.hex());
  if (auto* file = std::get_if<tern::File>(&body))
    return "\"file\":" + json_string(file->name) + ",\"media_type\":" + json_string(file->type) +
           ",\"bytes\":" + std::to_string(file->bytes);
  if (auto* text = std::get_if<tern::Text>(&body)) return "\"text\":" + json_string(text->text);
  if (auto* custom = std::get_if<tern::Custom>(&body))
    return "\"type\":" + json_string(custom->type) +
           ",\"hex\":" + json_string(tern::to_hex(custom->bytes));
  if (auto* notice = std::get_if<tern::Notice>(&body))
    return "\"notice\":" + std::to_string(static_cast<int>(notice->what)) +
           ",\"who\":" + json_string(tern::to_base32(notice->who));
  return "\"unsupported\":" + std::to_string(std::get<tern::Unsupported>(body).kind);
}

}  // namespace

std::string mark(tern::MessageState state) {
  switch (state) {
    case tern::MessageState::queued:
    case tern::MessageState::sending:
      return "⧖";
    case tern::MessageState::sent:
      return "✓";
    case tern::MessageState::delivered:
    case tern::MessageState::read:
      return "✓✓";
    case tern::MessageState::failed:
    case tern::MessageState::cancelled:
      return "✗";
    case tern::MessageState::received:
      return "";
  }
  return "";
}

std::string state_name(tern::MessageState state) {
  switch (state) {
    case tern::MessageState::queued:
      return "queued";
    case tern::MessageState::sending:
      return "sending";
    case tern::MessageState::sent:
      return "sent";
    case tern::MessageState::delivered:
      return "delivered";
    case tern::MessageState::read:
      return "read";
    case tern::MessageState::failed:
      return "failed";
    case tern::MessageState::received:
      return "received";
    case tern::MessageState::cancelled:
      return "cancelled";
  }
  return "unknown";
}

std::string body_text(const tern::Message& message, const Names& names) {
  if (auto* voice = std::get_if<tern::Voice>(&message.body)) return voice_text(*voice);
  if (auto* file = std::get_if<tern::File>(&message.body))
    return "[file " + visible(file->name) + ", " + std::to_string(file->bytes) + " bytes" +
           media_text(file->media) + "]";
  if (auto* text = std::get_if<tern::Text>(&message.body)) return visible(text->text);
  if (auto* custom = std::get_if<tern::Custom>(&message.body))
    return "[" + visible(custom->type) + ", " + std::to_string(custom->bytes.size()) + " bytes]";
  if (auto* notice = std::get_if<tern::Notice>(&message.body))
    return "- " + notice_text(*notice, names);
  return "[a message that this version cannot show]";
}

std::string message_line(const tern::Message& message, const Names& names) {
  const bool notice = std::holds_alternative<tern::Notice>(message.body);
  std::string line = clock_time(message.sent_ms) + "  ";
  if (!notice) line += (message.mine ? "me" : visible(names.name_of(message.sender))) + "  ";
  line += body_text(message, names);
  if (message.mine && !notice) line += "  " + mark(message.state);
  if (message.state == tern::MessageState::failed) line += " " + tern::describe(message.failure);
  return line;
}

std::string message_json(const tern::Message& message) {
  return "{\"id\":" + json_string(message.id.hex()) + ",\"seq\":" + std::to_string(message.seq) +
         ",\"sender\":" + json_string(tern::to_base32(message.sender)) +
         ",\"mine\":" + (message.mine ? "true" : "false") +
         ",\"state\":" + json_string(state_name(message.state)) +
         ",\"sent_ms\":" + std::to_string(message.sent_ms) + "," + body_json(message.body) + "}";
}

}  // namespace chat
