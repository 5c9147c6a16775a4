#include <algorithm>

#include "base/try.hpp"
#include "tern/voice_recorder.hpp"
#include "voice/level.hpp"
#include "voice/pcm_input.hpp"
#include "voice/recording.hpp"

namespace tern {
namespace {

// Over half a minute of speech that a sink did not take.
constexpr std::size_t refused_bytes_max = 128 * 1024;

}  // namespace

struct VoiceRecorder::Impl {
  enum class State { recording, ended, over };

  Impl(voice::Recording of, voice::PcmInput from)
      : recording(std::move(of)), input(std::move(from)) {}
  ~Impl() {
    // Nobody is left to be told of an error.
    if (state != State::over) (void)flush();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> flush() {
    recording.close_page();
    return recording.write();
  }

  template <class Sample>
  Result<void> push(std::span<const Sample> pcm) {
    if (state != State::recording) return Errc::closed;
    if (paused) return {};
    if (recording.pending_bytes() > refused_bytes_max) TERN_TRY(recording.write());
    // All of it is taken before an error ends the call.
    Result<void> taken, written;
    while (!pcm.empty() && taken) {
      mono.clear();
      input.take(pcm, mono);
      taken = take();
      if (written) written = recording.write();
    }
    TERN_TRY(written);
    return taken;
  }

  // What is in `mono`.
  Result<void> take() {
    level.add(mono);
    if (!leading) return recording.add(mono);
    if (!leading->add(mono)) return {};
    return end_leading();
  }
  Result<void> end_leading() {
    const auto silence = std::exchange(leading, std::nullopt);
    return recording.add(silence->held());
  }

  Result<VoiceClip> finish() {
    if (state == State::over) return Errc::closed;
    if (state == State::recording) {
      mono.clear();
      input.finish(mono);
      TERN_TRY(fits(take()));
      if (leading) TERN_TRY(fits(end_leading()));
      if (recording.samples() == 0) return Errc::voice_empty;
      state = State::ended;
    }
    TERN_ASSIGN(const VoiceClip clip, recording.finish());
    state = State::over;
    return clip;
  }
  // What is over the limit was said to push() already.
  static Result<void> fits(Result<void> taken) {
    if (!taken && taken.error() == Errc::voice_too_long) return {};
    return taken;
  }

  voice::Recording recording;
  voice::PcmInput input;
  voice::LevelMeter level;
  std::optional<voice::LeadingSilence> leading;
  std::vector<float> mono;
  bool paused = false;
  State state = State::recording;
};

VoiceRecorder::VoiceRecorder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VoiceRecorder::VoiceRecorder(VoiceRecorder&&) noexcept = default;
VoiceRecorder& VoiceRecorder::operator=(VoiceRecorder&&) noexcept = default;
VoiceRecorder::~VoiceRecorder() = default;

Result<VoiceRecorder> VoiceRecorder::start(const VoiceSettings& settings,
                                           std::unique_ptr<VoiceSink> sink) {
  if (!sink) return Error(Errc::invalid_argument, "a recording needs a sink");
  TERN_ASSIGN(auto input, voice::PcmInput::make(settings.sample_rate, settings.channels));
  TERN_ASSIGN(auto recording, voice::Recording::make(settings, std::move(sink)));
  auto impl = std::make_unique<Impl>(std::move(recording), std::move(input));
  if (settings.trim_silence) impl->leading.emplace();
  return VoiceRecorder(std::move(impl));
}

Result<VoiceRecorder> VoiceRecorder::resume(const VoiceSettings& settings,
                                            std::unique_ptr<VoiceSink> sink, ByteSpan draft,
                                            std::uint64_t* whole_bytes) {
  if (!sink) return Error(Errc::invalid_argument, "a recording needs a sink");
  TERN_ASSIGN(auto input, voice::PcmInput::make(settings.sample_rate, settings.channels));
  std::uint64_t whole = 0;
  TERN_ASSIGN(auto recording, voice::Recording::resume(settings, std::move(sink), draft, whole));
  if (whole_bytes) *whole_bytes = whole;
  auto impl = std::make_unique<Impl>(std::move(recording), std::move(input));
  if (settings.trim_silence && impl->recording.samples() == 0) impl->leading.emplace();
  return VoiceRecorder(std::move(impl));
}

Result<void> VoiceRecorder::push(std::span<const float> pcm) { return impl_->push(pcm); }
Result<void> VoiceRecorder::push(std::span<const std::int16_t> pcm) { return impl_->push(pcm); }

Result<void> VoiceRecorder::pause() {
  if (impl_->state != Impl::State::recording) return Errc::closed;
  impl_->paused = true;
  return impl_->flush();
}
void VoiceRecorder::unpause() { impl_->paused = false; }
bool VoiceRecorder::paused() const { return impl_->paused; }
VoiceLevel VoiceRecorder::level() const { return impl_->level.level(); }
std::uint64_t VoiceRecorder::samples() const {
  return impl_->recording.samples() + (impl_->leading ? impl_->leading->held().size() : 0);
}

Result<VoiceClip> VoiceRecorder::finish() { return impl_->finish(); }

Result<void> VoiceRecorder::discard() {
  TERN_TRY(impl_->recording.discard());
  impl_->state = Impl::State::over;
  return {};
}

}  // namespace tern
