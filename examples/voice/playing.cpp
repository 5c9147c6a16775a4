#include "examples/voice/playing.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "chat/require.hpp"
#include "chat/waveform_text.hpp"
#include "examples/voice/keyboard.hpp"
#include "examples/voice/stop_signal.hpp"

using namespace std::chrono_literals;

namespace voice {
namespace {

using chat::require;

constexpr std::uint64_t samples_a_second = 48'000;
constexpr std::uint64_t jump_samples = 5 * samples_a_second;
constexpr double speed_step = 0.25;

/// "7", "0:07" or "1:02.5", in samples.
std::uint64_t parse_position(const std::string& text) {
  int minutes = 0;
  double seconds = 0;
  int used = 0;
  const bool both = std::sscanf(text.c_str(), "%d:%lf%n", &minutes, &seconds, &used) == 2;
  if (!both) {
    minutes = 0;
    if (std::sscanf(text.c_str(), "%lf%n", &seconds, &used) != 1) used = -1;
  }
  constexpr int minutes_max = 24 * 60;
  if (used != static_cast<int>(text.size()) || minutes < 0 || minutes > minutes_max ||
      !(seconds >= 0 && seconds < minutes_max * 60))
    throw chat::Failure("'" + text + "' is no place in a recording: say 7 or 0:07");
  return static_cast<std::uint64_t>(minutes) * 60 * samples_a_second +
         static_cast<std::uint64_t>(seconds * samples_a_second);
}

class Playing {
 public:
  Playing(tern::VoicePlayer& player, const tern::Waveform& waveform)
      : player_(player), waveform_(waveform) {}

  /// Takes keys, also while paused; false: q.
  bool take_keys() {
    auto pressed = keyboard_.pressed();
    for (;;) {
      for (const auto& press : pressed)
        if (!take(press)) return false;
      if (!paused_ || stopped()) return !stopped();
      draw();
      pressed = keyboard_.pressed(100ms);
    }
  }
  void draw() {
    const auto length = player_.duration().value_or(0);
    std::array<char, 64> head{};
    std::snprintf(head.data(), head.size(), "%s %s / %s  %.2fx  ", paused_ ? "‖" : "▶",
                  chat::length_text(player_.position() / 48).c_str(),
                  chat::length_text(length / 48).c_str(), player_.speed());
    constexpr std::size_t head_columns = 24;
    const auto columns = std::clamp<std::size_t>(output_columns(), head_columns + 8, 120);
    const auto bars = std::min<std::size_t>(columns - head_columns, tern::waveform_peaks);
    const auto played = length == 0 ? 0 : std::min(player_.position(), length) * bars / length;
    auto bar = chat::waveform_text(waveform_, bars);
    bar.insert(played * std::string_view("▁").size(), "\x1b[0;2m");
    redraw_line(head.data() + ("\x1b[1m" + bar));
  }

 private:
  bool take(const chat::KeyPress& press) {
    const auto at = player_.position();
    if (press.key == chat::Key::left) require(player_.seek(at - std::min(at, jump_samples)));
    if (press.key == chat::Key::right) require(player_.seek(at + jump_samples));
    if (press.key == chat::Key::end_of_input) return false;
    for (const char c : press.text) {
      if (c == ' ') paused_ = !paused_;
      if (c == '+' || c == '=') change_speed(speed_step);
      if (c == '-') change_speed(-speed_step);
      if (c == 'q') return false;
    }
    return true;
  }
  void change_speed(double step) {
    require(player_.set_speed(std::clamp(player_.speed() + step, 0.5, 3.0)));
  }

  tern::VoicePlayer& player_;
  const tern::Waveform& waveform_;
  Keyboard keyboard_;
  bool paused_ = false;
};

}  // namespace

tern::PlayerSettings player_settings(const PlayingOptions& options) {
  tern::PlayerSettings settings;
  settings.sample_rate = output_rate;
  settings.speed = options.speed;
  settings.normalise = options.normalise;
  return settings;
}

void play_to_end(tern::VoicePlayer player, const tern::Waveform& waveform,
                 const PlayingOptions& options, const std::function<void()>& while_waiting) {
  require(player.seek(parse_position(options.from)));
  auto output = open_output(options.to);
  std::array<float, output_rate / 20> pcm{};
  {
    Playing playing(player, waveform);
    const bool shown = output->heard() && at_terminal();
    while (!stopped()) {
      if (shown && !playing.take_keys()) break;
      const auto read = require(player.read(pcm));
      output->write(std::span<const float>(pcm).first(read.frames));
      if (shown) playing.draw();
      if (read.state == tern::PlayerState::ended) break;
      if (read.state == tern::PlayerState::waiting && while_waiting) while_waiting();
    }
    if (shown) end_line();
  }
  if (stopped() && !output->heard()) throw chat::Failure("ended before the sound did");
  output->finish();
}

}  // namespace voice
