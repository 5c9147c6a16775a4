// How loud it is while somebody speaks, and how long they have spoken.
#pragma once

#include <chrono>
#include <tern/voice_recorder.hpp>

namespace voice {

class Meter {
 public:
  /// On a terminal a line that is redrawn ten times a second; otherwise a line a second.
  void show(const tern::VoiceRecorder& recorder);
  void end();

 private:
  std::chrono::steady_clock::time_point next_ = std::chrono::steady_clock::now();
};

/// A bar for -60 … 0 dBFS.
std::string level_bar(float dbfs, std::size_t columns);

}  // namespace voice
