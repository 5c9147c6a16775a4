#include "examples/voice/meter.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>

#include "chat/waveform_text.hpp"
#include "examples/voice/keyboard.hpp"

using namespace std::chrono_literals;

namespace voice {

std::string level_bar(float dbfs, std::size_t columns) {
  constexpr float quietest_dbfs = -60;
  const auto part = std::clamp((dbfs - quietest_dbfs) / -quietest_dbfs, 0.0F, 1.0F);
  const auto full = static_cast<std::size_t>(std::lround(part * static_cast<float>(columns)));
  std::string out;
  for (std::size_t i = 0; i < columns; ++i) out += i < full ? "█" : "░";
  return out;
}

void Meter::show(const tern::VoiceRecorder& recorder) {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  const auto length = chat::length_text(recorder.samples() / 48);
  if (!at_terminal()) {
    next_ = now + 1s;
    std::cout << "recorded " << length << std::endl;
    return;
  }
  next_ = now + 100ms;
  const auto level = recorder.level();
  redraw_line((recorder.paused() ? "‖ " : "● ") + length + "  " + level_bar(level.rms_dbfs, 30) +
              " " + std::to_string(std::lround(level.peak_dbfs)) + " dB" +
              (level.peak_dbfs > -0.1F ? "  too loud" : ""));
}

void Meter::end() {
  if (at_terminal()) end_line();
}

}  // namespace voice
