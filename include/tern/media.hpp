// Sending and receiving sound and files: what Chat's and Client's calls for them take and give.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "tern/message.hpp"
#include "tern/voice_recorder.hpp"

namespace tern {

/// What finish() does with a recording.
enum class OnFinish : std::uint8_t {
  send,  ///< queues it, in the same transaction: let go, and it is on its way
  keep,  ///< leaves it as a draft to listen to; Client::send_draft() queues it
};

/// A voice message being recorded: what was said half a second ago is on the disk, sealed. If the
/// program dies the recording is one of Client::drafts(), and can be gone on with, sent or
/// discarded.
struct VoiceRecording {
  MessageId id;  ///< of the message that it becomes, and of the draft until then
  VoiceRecorder recorder;
};

/// A recording that was not sent, or not finished.
struct VoiceDraft {
  MessageId id;
  ChatId chat;
  std::int64_t started_ms = 0;  ///< Unix time
  std::uint64_t bytes = 0;
  std::optional<VoiceClip> clip;  ///< once it is finished
};

/// Live voice: heard while it is spoken, and a voice message afterwards.
struct LiveSettings {
  VoiceSettings voice;
  /// 20 ms each in one live packet: 12 (240 ms) or as few as 3 (60 ms), for a shorter way from
  /// mouth to ear and more bytes around each.
  std::uint32_t packet_frames = 12;
};

/// A file to send. Its bytes are read once, encrypted into the folder; `path` may go afterwards.
struct FileToSend {
  std::filesystem::path path;
  std::string name;                ///< shown to the others; empty: the path's last part
  std::string type;                ///< a media type (RFC 6838), e.g. "application/pdf"
  std::optional<Picture> picture;  ///< for an image
};

}  // namespace tern
