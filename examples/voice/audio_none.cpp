#include "chat/require.hpp"
#include "examples/voice/audio_device.hpp"

namespace voice {

std::unique_ptr<SoundInput> open_microphone() {
  throw chat::Failure("this build knows no sound card (it was made without PortAudio): use --from");
}

std::unique_ptr<SoundOutput> open_speaker() {
  throw chat::Failure("this build knows no sound card (it was made without PortAudio): use --to");
}

}  // namespace voice
