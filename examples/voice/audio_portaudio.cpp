#include <fcntl.h>
#include <portaudio.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <thread>

#include "chat/require.hpp"
#include "examples/voice/audio_device.hpp"
#include "examples/voice/sample_ring.hpp"

using namespace std::chrono_literals;

namespace voice {
namespace {

constexpr std::uint32_t card_rate = 48'000;

/// PortAudio's ALSA prints about every device that it does not find.
class SilentErrors {
 public:
  SilentErrors() : before_(dup(STDERR_FILENO)) {
    const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null < 0) return;
    dup2(null, STDERR_FILENO);
    close(null);
  }
  ~SilentErrors() {
    if (before_ < 0) return;
    dup2(before_, STDERR_FILENO);
    close(before_);
  }
  SilentErrors(const SilentErrors&) = delete;
  SilentErrors& operator=(const SilentErrors&) = delete;

 private:
  int before_;
};

void check(PaError code, const std::string& hint) {
  if (code < 0) throw chat::Failure(std::string(Pa_GetErrorText(code)) + ": " + hint);
}

class PortAudio {
 public:
  PortAudio() {
    const SilentErrors silent;
    check(Pa_Initialize(), "no sound here; use --from and --to");
  }
  ~PortAudio() { Pa_Terminate(); }
  PortAudio(const PortAudio&) = delete;
  PortAudio& operator=(const PortAudio&) = delete;
};

/// A mono stream, running. The callback only copies between PortAudio's buffer and the ring.
class Stream {
 public:
  Stream(PaStreamCallback* callback, int inputs, int outputs, void* ring, const std::string& hint) {
    const SilentErrors silent;
    check(Pa_OpenDefaultStream(&stream_, inputs, outputs, paFloat32, card_rate,
                               paFramesPerBufferUnspecified, callback, ring),
          hint);
    if (const auto code = Pa_StartStream(stream_); code < 0) {
      Pa_CloseStream(stream_);
      check(code, hint);
    }
  }
  ~Stream() { Pa_CloseStream(stream_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  bool running() const { return Pa_IsStreamActive(stream_) == 1; }
  double latency_s() const {
    const auto* info = Pa_GetStreamInfo(stream_);
    return info ? info->outputLatency : 0;
  }

 private:
  PaStream* stream_ = nullptr;
};

int take_from_card(const void* input, void*, unsigned long frames, const PaStreamCallbackTimeInfo*,
                   PaStreamCallbackFlags, void* ring) {
  if (input) static_cast<SampleRing*>(ring)->put({static_cast<const float*>(input), frames});
  return paContinue;
}

int give_to_card(const void*, void* output, unsigned long frames, const PaStreamCallbackTimeInfo*,
                 PaStreamCallbackFlags, void* ring) {
  const std::span<float> pcm(static_cast<float*>(output), frames);
  const auto rest = pcm.subspan(static_cast<SampleRing*>(ring)->take(pcm));
  std::fill(rest.begin(), rest.end(), 0.0F);
  return paContinue;
}

class Microphone final : public SoundInput {
 public:
  std::uint32_t rate() const override { return card_rate; }
  std::uint32_t channels() const override { return 1; }
  std::optional<std::span<const float>> read() override {
    for (int tries = 0; tries < 10; ++tries) {
      if (const auto count = ring_.take(block_)) return std::span<const float>(block_).first(count);
      if (!stream_.running()) throw chat::Failure("the microphone is gone");
      std::this_thread::sleep_for(10ms);
    }
    return std::span<const float>();
  }

 private:
  PortAudio library_;
  SampleRing ring_{std::size_t{2} * card_rate};  // while a disk is slow
  std::array<float, card_rate / 10> block_{};
  Stream stream_{take_from_card, 1, 0, &ring_, "no microphone; use --from FILE"};
};

class Speaker final : public SoundOutput {
 public:
  void write(std::span<const float> pcm) override {
    for (pcm = pcm.subspan(ring_.put(pcm)); !pcm.empty(); pcm = pcm.subspan(ring_.put(pcm))) wait();
  }
  void finish() override {
    while (!ring_.empty()) wait();
    std::this_thread::sleep_for(std::chrono::duration<double>(stream_.latency_s()));
  }
  bool heard() const override { return true; }

 private:
  void wait() const {
    if (!stream_.running()) throw chat::Failure("the speaker is gone");
    std::this_thread::sleep_for(5ms);
  }

  PortAudio library_;
  SampleRing ring_{card_rate / 10};  // what a key waits for, at most
  Stream stream_{give_to_card, 0, 1, &ring_, "no speaker; use --to FILE.wav"};
};

static_assert(output_rate == card_rate);

}  // namespace

std::unique_ptr<SoundInput> open_microphone() { return std::make_unique<Microphone>(); }
std::unique_ptr<SoundOutput> open_speaker() { return std::make_unique<Speaker>(); }

}  // namespace voice
