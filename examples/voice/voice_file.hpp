// Files of sound that somebody names on the command line.
#pragma once

#include <memory>
#include <string>
#include <tern/voice_player.hpp>

namespace voice {

/// Whether it begins as Ogg does. Throws Failure when there is no such file.
bool is_ogg(const std::string& path);
/// The whole file; "-": the standard input. Throws Failure, also when it is longer than a voice
/// message may be.
tern::Bytes read_whole(const std::string& path);

struct VoiceFile {
  tern::Bytes bytes;  ///< Ogg Opus
  tern::VoiceClip clip;
};
/// A file as it would be sent: mono Ogg Opus with its packets as they are and without its comments,
/// stereo and WAV encoded. Throws Failure.
VoiceFile read_voice(const std::string& path);

}  // namespace voice
