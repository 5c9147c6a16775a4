// Sounds to record, and what becomes of them.
#pragma once

#include <vector>

#include "tern/voice_player.hpp"
#include "tern/voice_recorder.hpp"

namespace tern::voice::test {

using Pcm = std::vector<float>;

/// Real speech from espeak-ng, mono at 48 kHz, so long; a synthetic stand-in where there is none.
Pcm speech(std::size_t samples);
bool speech_is_real();
Pcm tone(double hz, std::size_t samples, float amplitude = 0.25F, double rate = 48'000);
/// Rather even noise: no two stretches of it are alike.
Pcm noise(std::size_t samples, float amplitude);
Pcm operator+(Pcm left, const Pcm& right);
Pcm scaled(Pcm pcm, float gain);
double energy(std::span<const float> pcm);
/// 10 log10 of the energy of `signal` over that of the difference.
double snr_db(std::span<const float> signal, std::span<const float> other);

/// By how many samples `pcm` is late, which is a tone.
double lateness(double hz, std::span<const float> pcm, double rate = 48'000);

struct Recorded {
  Bytes file;
  VoiceClip clip;
};
/// Pushed in pieces of 10 ms, as a microphone does.
void push(VoiceRecorder& recorder, std::span<const float> pcm);
Recorded record(std::span<const float> pcm, const VoiceSettings& settings = {});
/// All of it, in pieces of `piece` frames.
Pcm play(const Bytes& file, PlayerSettings settings = {}, std::size_t piece = 4800);
/// No gain, no limiter: what the decoder gives.
inline PlayerSettings as_decoded() {
  PlayerSettings settings;
  settings.normalise = false;
  return settings;
}

/// What a sink was told.
struct SinkLog {
  Bytes file;
  std::vector<std::uint64_t> settled;  ///< with each write
  std::vector<std::uint64_t> written;  ///< behind each write
  std::uint64_t keep_bytes = 0;
  bool refuse = false, finished = false, discarded = false;
};
std::unique_ptr<VoiceSink> logged(SinkLog& log);

/// Bytes that arrive when the test says so.
class ArrivingSource final : public VoiceSource {
 public:
  explicit ArrivingSource(Bytes file) : file_(std::move(file)) {}
  void arrive(std::size_t bytes) { here = std::min(here + bytes, file_.size()); }
  Result<std::size_t> read(std::uint64_t offset, MutableByteSpan into) override;
  Result<bool> complete() override { return here == file_.size(); }
  std::size_t size() const { return file_.size(); }

  std::size_t here = 0;
  bool broken = false;

 private:
  Bytes file_;
};

}  // namespace tern::voice::test
