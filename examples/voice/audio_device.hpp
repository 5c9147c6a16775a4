// The sound card: PortAudio's where the build found it, otherwise a sentence about what to do.
#pragma once

#include "examples/voice/sound.hpp"

namespace voice {

/// Both throw Failure when there is none.
std::unique_ptr<SoundInput> open_microphone();
std::unique_ptr<SoundOutput> open_speaker();

}  // namespace voice
