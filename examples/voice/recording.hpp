// From an input into a recorder: what record, send --record, live and drafts --resume have in
// common.
#pragma once

#include <tern/voice_recorder.hpp>

#include "examples/voice/commands.hpp"
#include "examples/voice/sound.hpp"

namespace voice {

tern::VoiceSettings voice_settings(const RecordingOptions& options, const SoundInput& input);
/// Until the input ends, `seconds` (when not 0) have passed, or Ctrl-C; then finishes it. Throws
/// Failure.
tern::VoiceClip record_until_end(tern::VoiceRecorder& recorder, SoundInput& input, double seconds);
/// Length, loudness, waveform.
void print_clip(const tern::VoiceClip& clip);

}  // namespace voice
