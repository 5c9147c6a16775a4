// show: what is known of a file of sound, and its waveform.
#include <cmath>
#include <iostream>

#include "examples/voice/commands.hpp"
#include "examples/voice/recording.hpp"
#include "examples/voice/voice_file.hpp"

namespace voice {

void show(const std::string& file) {
  const auto voice = read_voice(file);
  const auto seconds = static_cast<double>(voice.clip.samples) / 48'000;
  std::cout << file << ": " << voice.bytes.size() << " bytes as a voice message, "
            << std::lround(static_cast<double>(voice.bytes.size()) * 8 / seconds / 1000)
            << " kb/s\n";
  print_clip(voice.clip);
}

}  // namespace voice
