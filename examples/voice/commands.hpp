// What tern-voice can do, one function a command. Each throws Failure.
#pragma once

#include <filesystem>
#include <string>

namespace voice {

using Folder = std::filesystem::path;

struct RecordingOptions {
  std::string from;  ///< a file to speak in the microphone's place
  bool realtime = false;
  bool saver = false;
  bool trim = false;
  double seconds = 0;  ///< ends after so long; 0: when the input does, or at Ctrl-C
};
enum class Beginning { anew, behind_what_is_left };
void record(const std::string& file, const RecordingOptions& options, Beginning beginning);

struct PlayingOptions {
  std::string to;  ///< a WAV file in the speaker's place
  double speed = 1;
  std::string from = "0:00";  ///< where to begin
  bool normalise = true;
};
void play_file(const std::string& file, const PlayingOptions& options);

struct MessageToPlay {
  std::string who;
  std::size_t number = 1;  ///< 1: the newest voice message of somebody else, 2: the one before …
  double wait_s = 0;       ///< so long for one to come, and for its sound
};
void play_message(const Folder& folder, const MessageToPlay& which, const PlayingOptions& options);

void show(const std::string& file);

struct SendingOptions {
  std::string who;
  std::string file;  ///< "-": the standard input; empty: record
  RecordingOptions recording;
  double wait_s = 10;  ///< for it to get out; 0: only queue
};
void send(const Folder& folder, const SendingOptions& options);

void list_drafts(const Folder& folder);
// `id`: a draft's, or its first letters.
void send_draft(const Folder& folder, const std::string& id, double wait_s);
void discard_draft(const Folder& folder, const std::string& id);
void play_draft(const Folder& folder, const std::string& id, const PlayingOptions& options);
void resume_draft(const Folder& folder, const std::string& id, const RecordingOptions& options,
                  double wait_s);

struct SpeakingOptions {
  std::string who;
  RecordingOptions recording;
  unsigned packet_ms = 240;
  double wait_s = 10;
};
void speak_live(const Folder& folder, const SpeakingOptions& options);

struct ListeningOptions {
  std::string to;
  bool once = false;
};
void listen_live(const Folder& folder, const ListeningOptions& options);

}  // namespace voice
