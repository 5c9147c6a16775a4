// Files in the place of a microphone and of a speaker.
#include <chrono>
#include <iostream>
#include <thread>
#include <vector>

#include "chat/require.hpp"
#include "chat/waveform_text.hpp"
#include "examples/voice/audio_device.hpp"
#include "examples/voice/voice_file.hpp"
#include "examples/voice/wav_file.hpp"

using namespace std::chrono_literals;

namespace voice {
namespace {

using chat::require;

constexpr std::size_t blocks_a_second = 50;

class WavInput final : public SoundInput {
 public:
  explicit WavInput(const std::string& path) : file_(path) {}
  std::uint32_t rate() const override { return file_.rate(); }
  std::uint32_t channels() const override { return file_.channels(); }
  std::optional<std::span<const float>> read() override {
    const auto pcm = file_.read(std::max<std::size_t>(1, file_.rate() / blocks_a_second));
    if (pcm.empty()) return std::nullopt;
    return pcm;
  }

 private:
  WavReader file_;
};

class OpusInput final : public SoundInput {
 public:
  explicit OpusInput(const std::string& path)
      : player_(require(
            tern::VoicePlayer::open(require(tern::open_voice_file(path)), {.normalise = false}))) {}
  std::uint32_t rate() const override { return output_rate; }
  std::uint32_t channels() const override { return 1; }
  std::optional<std::span<const float>> read() override {
    const auto count = require(player_.read(block_)).frames;
    if (count == 0) return std::nullopt;
    return std::span<const float>(block_).first(count);
  }

 private:
  tern::VoicePlayer player_;
  std::vector<float> block_ = std::vector<float>(output_rate / blocks_a_second);
};

/// Gives a file's sound no sooner than it would have been spoken.
class RealTimeInput final : public SoundInput {
 public:
  explicit RealTimeInput(std::unique_ptr<SoundInput> file) : file_(std::move(file)) {}
  std::uint32_t rate() const override { return file_->rate(); }
  std::uint32_t channels() const override { return file_->channels(); }
  std::optional<std::span<const float>> read() override {
    const auto pcm = file_->read();
    if (!pcm) return pcm;
    samples_ += pcm->size();
    const double spoken_s = static_cast<double>(samples_) / rate() / channels();
    std::this_thread::sleep_until(start_ + std::chrono::duration<double>(spoken_s));
    return pcm;
  }

 private:
  std::unique_ptr<SoundInput> file_;
  std::chrono::time_point<std::chrono::steady_clock, std::chrono::duration<double>> start_ =
      std::chrono::steady_clock::now();
  std::uint64_t samples_ = 0;
};

class WavOutput final : public SoundOutput {
 public:
  explicit WavOutput(const std::string& path) : path_(path), file_(path, output_rate) {}
  void write(std::span<const float> pcm) override { file_.write(pcm); }
  void finish() override {
    file_.finish();
    std::cout << "wrote " << path_ << ": " << chat::length_text(file_.samples() / 48) << ", "
              << file_.samples() << " samples at 48 kHz\n";
  }
  bool heard() const override { return false; }

 private:
  std::string path_;
  WavWriter file_;
};

}  // namespace

std::unique_ptr<SoundInput> open_input(const std::string& file, Pace pace) {
  if (file.empty()) return open_microphone();
  std::unique_ptr<SoundInput> input;
  if (is_ogg(file))
    input = std::make_unique<OpusInput>(file);
  else
    input = std::make_unique<WavInput>(file);
  if (pace == Pace::at_once) return input;
  return std::make_unique<RealTimeInput>(std::move(input));
}

std::unique_ptr<SoundOutput> open_output(const std::string& file) {
  if (file.empty()) return open_speaker();
  return std::make_unique<WavOutput>(file);
}

}  // namespace voice
