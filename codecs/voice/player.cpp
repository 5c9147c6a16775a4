#include <algorithm>
#include <cmath>

#include "base/try.hpp"
#include "tern/limits.hpp"
#include "tern/voice_player.hpp"
#include "voice/opus_coder.hpp"
#include "voice/output_chain.hpp"
#include "voice/resampler.hpp"
#include "voice/source_pages.hpp"

namespace tern {
namespace {

constexpr float target_lufs = -18;
constexpr float gain_db_max = 20;

Result<void> check_speed(double speed) {
  if (speed >= 0.5 && speed <= 3) return {};
  return Error(Errc::invalid_argument, "a speed of " + std::to_string(speed) + " is not 0.5 to 3");
}

float gain_toward_target(const PlayerSettings& settings) {
  if (!settings.normalise || !settings.clip) return 0;
  const float lufs = settings.clip->loudness_lufs;  // from outside: it may be anything
  if (!std::isfinite(lufs) || lufs <= loudness_unknown_lufs) return 0;
  return std::clamp(target_lufs - lufs, -gain_db_max, gain_db_max);
}

}  // namespace

struct VoicePlayer::Impl {
  Impl(std::shared_ptr<VoiceSource> from, const PlayerSettings& wanted, voice::OutputChain made)
      : source(std::move(from)),
        settings(wanted),
        gain_db(gain_toward_target(wanted)),
        pages(*source),
        chain(std::move(made)) {}

  /// Looks at every page of a file that is all here, without decoding.
  Result<void> survey() {
    TERN_ASSIGN(const bool complete, source->complete());
    if (!complete) return {};
    for (auto state = voice::PageState::page; state == voice::PageState::page;) {
      TERN_ASSIGN(const auto next, pages.next());
      state = next.state;
    }
    pages.go_before(-1);
    return {};
  }

  std::optional<std::uint64_t> duration() const {
    if (const auto end = pages.end()) return static_cast<std::uint64_t>(*end - *granule_of(0));
    if (settings.clip) return std::min(settings.clip->samples, limits::voice_samples_max);
    return std::nullopt;
  }
  /// Where the file ends, once that was seen: a sender's word does not cut it.
  std::uint64_t last_sample() const {
    const auto end = pages.end();
    return end ? static_cast<std::uint64_t>(*end - *granule_of(0)) : limits::voice_samples_max;
  }
  /// Known once a page with sound was read.
  std::optional<std::int64_t> granule_of(std::uint64_t sample) const {
    const auto base = pages.base();
    if (!base) return std::nullopt;
    return *base + pages.head()->pre_skip + static_cast<std::int64_t>(sample);
  }

  Result<void> seek(std::uint64_t sample) {
    sample = std::min({sample, last_sample(), limits::voice_samples_max});
    TERN_TRY(chain.reset(sample));
    target = sample;
    ended = false;
    page = nullptr;
    if (decoder) decoder->reset();
    pages.go_before(granule_of(sample).value_or(0) -
                    static_cast<std::int64_t>(voice::preroll_samples));
    return {};
  }

  /// Until there is something to read, or nothing can be.
  Result<PlayerState> fill() {
    while (chain.available() == 0) {
      if (ended) return PlayerState::ended;
      if (page && packet < page->packets.size()) {
        TERN_TRY(play(page->packets[packet]));
        ++packet;
        continue;
      }
      if (page && page->last) {
        end();
        continue;
      }
      page = nullptr;
      TERN_ASSIGN(const auto next, pages.next());
      if (next.state == voice::PageState::waiting) return PlayerState::waiting;
      if (next.state == voice::PageState::end) end();
      page = next.page;
      packet = 0;
    }
    return PlayerState::playing;
  }
  void end() {
    chain.finish();
    ended = true;
    page = nullptr;
  }

  Result<void> play(const voice::PagePacket& of) {
    const std::int64_t first = *granule_of(target);
    const auto after = of.begin + static_cast<std::int64_t>(of.samples);
    if (after + static_cast<std::int64_t>(voice::preroll_samples) <= first) return {};
    if (!decoder) {
      TERN_ASSIGN(decoder, voice::PacketDecoder::make(pages.head()->gain_q8));
    }
    TERN_ASSIGN(const auto pcm, decoder->decode(page->bytes_of(of)));
    const std::int64_t from = std::max<std::int64_t>(first - of.begin, 0);
    const std::int64_t to = std::min(after, page->end) - of.begin;
    if (from < to)
      chain.push(pcm.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from)));
    return {};
  }

  Result<PlayerRead> read(std::span<float> pcm) {
    PlayerRead out;
    while (out.frames < pcm.size()) {
      const auto state = fill();
      if (!state && out.frames == 0) return state.error();
      if (!state) {
        out.state = PlayerState::waiting;  // the error comes again with the next call
        break;
      }
      out.state = *state;
      if (*state != PlayerState::playing) break;
      out.frames += chain.read(pcm.subspan(out.frames));
    }
    return out;
  }

  std::uint64_t position() const {
    if (ended && chain.available() == 0) return duration().value_or(target);
    return std::min(chain.position(), last_sample());
  }

  std::shared_ptr<VoiceSource> source;
  PlayerSettings settings;
  float gain_db;
  voice::SourcePages pages;
  std::optional<voice::PacketDecoder> decoder;
  voice::OutputChain chain;
  const voice::OpusPage* page = nullptr;  // being played
  std::size_t packet = 0;                 // the next one of it
  std::uint64_t target = 0;               // the first sample to be played since the last seek
  bool ended = false;
};

VoicePlayer::VoicePlayer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VoicePlayer::VoicePlayer(VoicePlayer&&) noexcept = default;
VoicePlayer& VoicePlayer::operator=(VoicePlayer&&) noexcept = default;
VoicePlayer::~VoicePlayer() = default;

Result<VoicePlayer> VoicePlayer::open(std::shared_ptr<VoiceSource> source,
                                      const PlayerSettings& settings) {
  if (!source) return Error(Errc::invalid_argument, "a player needs a source");
  TERN_TRY(voice::check_play_rate(settings.sample_rate));
  TERN_TRY(check_speed(settings.speed));
  std::optional<float> gain;
  if (settings.normalise) gain = std::pow(10.0F, gain_toward_target(settings) / 20);
  TERN_ASSIGN(auto chain, voice::OutputChain::make(settings.sample_rate, gain));
  auto impl = std::make_unique<Impl>(std::move(source), settings, std::move(chain));
  TERN_TRY(impl->survey());
  impl->chain.set_speed(settings.speed);
  return VoicePlayer(std::move(impl));
}

Result<PlayerRead> VoicePlayer::read(std::span<float> pcm) { return impl_->read(pcm); }

Result<PlayerRead> VoicePlayer::read(std::span<std::int16_t> pcm) {
  std::array<float, 1024> piece;
  PlayerRead out;
  while (out.frames < pcm.size()) {
    const auto wanted = std::min(piece.size(), pcm.size() - out.frames);
    auto read = impl_->read(std::span(piece).first(wanted));
    if (!read && out.frames == 0) return read;
    if (!read) {
      out.state = PlayerState::waiting;
      break;
    }
    for (std::size_t i = 0; i < read->frames; ++i)
      pcm[out.frames + i] = static_cast<std::int16_t>(std::lround(piece[i] * 32767));
    out.frames += read->frames;
    out.state = read->state;
    if (read->frames < wanted) break;
  }
  return out;
}

Result<void> VoicePlayer::seek(std::uint64_t sample) { return impl_->seek(sample); }

Result<void> VoicePlayer::set_speed(double speed) {
  TERN_TRY(check_speed(speed));
  impl_->chain.set_speed(speed);
  impl_->settings.speed = speed;
  return {};
}
double VoicePlayer::speed() const { return impl_->settings.speed; }

std::optional<std::uint64_t> VoicePlayer::duration() const { return impl_->duration(); }
std::uint64_t VoicePlayer::position() const { return impl_->position(); }
float VoicePlayer::gain_db() const { return impl_->gain_db; }

}  // namespace tern
