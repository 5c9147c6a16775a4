// record: the microphone, or a file, into an Ogg Opus file.
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <optional>
#include <utility>

#include "chat/require.hpp"
#include "chat/waveform_text.hpp"
#include "examples/voice/keyboard.hpp"
#include "examples/voice/meter.hpp"
#include "examples/voice/recording.hpp"
#include "examples/voice/stop_signal.hpp"

namespace voice {

using chat::require;

namespace {

/// Space pauses and goes on; false: q, which ends.
bool take_keys(Keyboard& keyboard, tern::VoiceRecorder& recorder) {
  for (const auto& press : keyboard.pressed()) {
    if (press.text == "q" || press.key == chat::Key::end_of_input) return false;
    if (press.text != " ") continue;
    if (recorder.paused())
      recorder.unpause();
    else
      require(recorder.pause());
  }
  return true;
}

/// After an error of push(). A disk without room may get some: the recorder keeps half a minute.
/// `refused_at` is where it was refused before.
bool goes_on(const tern::Error& error, const tern::VoiceRecorder& recorder,
             std::optional<std::uint64_t>& refused_at) {
  const auto before = std::exchange(refused_at, recorder.samples());
  if (error.code() == tern::Errc::storage_full && before != refused_at) {
    if (!before) std::cerr << "the disk is full: what is said is kept for half a minute\n";
    return true;
  }
  if (error.code() != tern::Errc::voice_too_long) throw chat::Failure(error.message());
  std::cerr << error.message() << "; what was said until here is kept\n";
  return false;
}

}  // namespace

tern::VoiceSettings voice_settings(const RecordingOptions& options, const SoundInput& input) {
  tern::VoiceSettings settings;
  settings.quality = options.saver ? tern::VoiceQuality::saver : tern::VoiceQuality::standard;
  settings.sample_rate = input.rate();
  settings.channels = input.channels();
  settings.trim_silence = options.trim;
  return settings;
}

tern::VoiceClip record_until_end(tern::VoiceRecorder& recorder, SoundInput& input, double seconds) {
  constexpr auto endless = static_cast<std::size_t>(-1);
  auto left = endless;
  if (seconds > 0)
    left = static_cast<std::size_t>(std::llround(seconds * input.rate())) * input.channels();
  Meter meter;
  Keyboard keyboard;
  std::optional<std::uint64_t> refused;
  while (!stopped() && left > 0) {
    if (!take_keys(keyboard, recorder)) break;
    auto pcm = input.read();
    if (!pcm) break;
    *pcm = pcm->first(std::min(left, pcm->size()));
    if (left != endless && !recorder.paused()) left -= pcm->size();
    if (auto pushed = recorder.push(*pcm); !pushed && !goes_on(pushed.error(), recorder, refused))
      break;
    meter.show(recorder);
  }
  meter.end();
  forget_stop();
  if (recorder.samples() == 0) {
    require(recorder.discard());
    throw chat::Failure("nothing was recorded");
  }
  return require(recorder.finish());
}

void print_clip(const tern::VoiceClip& clip) {
  std::cout << chat::length_text(clip.duration_ms()) << ", " << clip.samples
            << " samples at 48 kHz, ";
  if (clip.loudness_lufs > tern::loudness_unknown_lufs)
    std::printf("%.1f LUFS, ", static_cast<double>(clip.loudness_lufs));
  else
    std::printf("too short or too quiet to tell how loud, ");
  if (clip.peak > 0)
    std::printf("peak %.1f dBFS\n", 20 * std::log10(static_cast<double>(clip.peak)));
  else
    std::printf("silent\n");
  std::fflush(stdout);
  constexpr std::size_t rows = 3;
  for (const auto& row : chat::waveform_rows(clip.waveform, output_columns(), rows))
    std::cout << row << '\n';
}

void record(const std::string& file, const RecordingOptions& options, Beginning beginning) {
  const auto part = file + ".part";
  const bool resumes = beginning == Beginning::behind_what_is_left;
  if (!resumes && std::filesystem::exists(part))
    throw chat::Failure(part + " is what a recording that was cut off has left: --resume goes on " +
                        "with it, or remove it");
  if (resumes && !std::filesystem::exists(part))
    throw chat::Failure("there is no " + part + " to go on with");
  catch_stop_signals();
  auto input = open_input(options.from, options.realtime ? Pace::real_time : Pace::at_once);
  const auto settings = voice_settings(options, *input);
  auto recorder =
      resumes ? require(tern::resume_voice_file(file, settings))
              : require(tern::VoiceRecorder::start(settings, require(tern::make_voice_file(file))));
  const auto clip = record_until_end(recorder, *input, options.seconds);
  std::cout << "recorded " << file << ": ";
  print_clip(clip);
}

}  // namespace voice
