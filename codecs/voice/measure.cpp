#include "base/try.hpp"
#include "voice/loudness.hpp"
#include "voice/opus_coder.hpp"
#include "voice/source_pages.hpp"
#include "voice/waveform.hpp"

namespace tern {
namespace {

/// The next page of a file that has to be all here; nullptr at its end.
Result<const voice::OpusPage*> next_page(voice::SourcePages& pages) {
  TERN_ASSIGN(const auto next, pages.next());
  if (next.state == voice::PageState::waiting) return Errc::ogg_truncated;
  return next.page;
}

/// Whether every page is as it should be: known in a thousandth of the time that decoding takes.
Result<void> look_through(VoiceSource& source) {
  voice::SourcePages pages(source);
  for (const voice::OpusPage* page = nullptr;;) {
    TERN_ASSIGN(page, next_page(pages));
    if (!page) return {};
  }
}

}  // namespace

Result<VoiceClip> measure_voice(VoiceSource& source) {
  TERN_TRY(look_through(source));
  voice::SourcePages pages(source);
  voice::LoudnessMeter loudness;
  voice::WaveformMeter waveform;
  std::optional<voice::PacketDecoder> decoder;
  std::int64_t first = 0;  // granule position of the first sample to be heard
  for (;;) {
    TERN_ASSIGN(const auto* page, next_page(pages));
    if (!page) break;
    if (!decoder) {
      TERN_ASSIGN(decoder, voice::PacketDecoder::make(pages.head()->gain_q8));
      first = *pages.base() + pages.head()->pre_skip;
    }
    for (const auto& packet : page->packets) {
      TERN_ASSIGN(auto pcm, decoder->decode(page->bytes_of(packet)));
      const auto samples = static_cast<std::int64_t>(pcm.size());
      const auto to = std::clamp<std::int64_t>(page->end - packet.begin, 0, samples);
      const auto from = std::clamp<std::int64_t>(first - packet.begin, 0, to);
      pcm = pcm.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from));
      loudness.add(pcm);
      waveform.add(pcm);
    }
  }
  VoiceClip clip;
  clip.samples = static_cast<std::uint64_t>(*pages.end() - first);
  if (clip.samples == 0) return Errc::voice_empty;
  clip.waveform = waveform.parts(clip.samples);
  clip.peak = waveform.peak(clip.samples);
  clip.loudness_lufs = loudness.lufs();
  return clip;
}

Result<void> visit_voice_packets(VoiceSource& source,
                                 const std::function<void(ByteSpan packet)>& visit) {
  voice::SourcePages pages(source);
  for (;;) {
    TERN_ASSIGN(const auto* page, next_page(pages));
    if (!page) return {};
    for (const auto& packet : page->packets) visit(page->bytes_of(packet));
  }
}

}  // namespace tern
