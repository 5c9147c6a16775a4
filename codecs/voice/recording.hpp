// A recording in the making: mono PCM at 48 kHz in; packets, pages and what is known of it out.
#pragma once

#include <array>
#include <optional>

#include "tern/voice_recorder.hpp"
#include "voice/loudness.hpp"
#include "voice/ogg_page.hpp"
#include "voice/opus_coder.hpp"
#include "voice/silence.hpp"
#include "voice/waveform.hpp"

namespace tern::voice {

class Recording {
 public:
  static Result<Recording> make(const VoiceSettings& settings, std::unique_ptr<VoiceSink> sink);
  /// One that goes on behind `draft`; `whole_bytes`: how much of it was kept.
  static Result<Recording> resume(const VoiceSettings& settings, std::unique_ptr<VoiceSink> sink,
                                  ByteSpan draft, std::uint64_t& whole_bytes);

  /// Errors: voice_too_long; what fits is taken.
  Result<void> add(std::span<const float> pcm);
  /// The packets of a page that is not full yet are a page, too.
  void close_page();
  /// Hands the pages to the sink. Errors: the sink's; they stay for the next time.
  Result<void> write();
  std::size_t pending_bytes() const { return pending_.size(); }
  std::uint64_t samples() const { return samples_; }

  /// Errors: voice_empty, the sink's; it may be called again.
  Result<VoiceClip> finish();
  Result<void> discard() { return sink_->discard(); }

 private:
  /// A written page that finish() may have to shorten.
  struct Cut {
    PageDraft page;
    std::uint64_t first_packet = 0;
    std::uint64_t offset = 0;
    std::uint64_t end_packet() const { return first_packet + page.packets(); }
  };
  struct End {
    VoiceClip clip;
    std::uint64_t keep_bytes = 0;
    Bytes tail;
  };
  struct Old;  // what is read of a draft

  Recording(const VoiceSettings& settings, std::unique_ptr<VoiceSink> sink, FrameEncoder encoder);
  Result<void> take_over(Old& old, ByteSpan draft);
  Result<void> take_over_page(Old& old, const struct OpusPage& page);
  void measure(std::span<const float> pcm);
  Result<void> encode(std::span<const float> pcm);
  Result<void> encode_frame();
  void watch_cut();
  std::uint64_t packets_until(std::uint64_t samples) const;
  std::uint64_t settled_bytes() const { return cut_ ? cut_->offset : produced_bytes_; }
  Result<End> make_end();
  Result<Bytes> last_page(std::uint64_t kept, std::uint64_t& keep_bytes);

  VoiceSettings settings_;
  std::unique_ptr<VoiceSink> sink_;
  FrameEncoder encoder_;
  std::array<float, frame_samples> frame_{};
  std::size_t filled_ = 0;
  std::uint64_t samples_ = 0;  // recorded
  std::uint64_t packets_ = 0;  // made of them
  std::size_t priming_ = 0;    // packets still to be thrown away
  bool first_after_draft_ = false;

  LoudnessMeter loudness_;
  WaveformMeter waveform_;
  SoundEnd sound_end_;

  PageDraft page_{header_pages};
  std::uint64_t page_packet_ = 0;     // the number of its first packet
  Bytes pending_;                     // pages that the sink does not have
  std::uint64_t produced_bytes_ = 0;  // of the file; those in pending_ included
  std::optional<Cut> cut_;
  std::optional<End> end_;
};

}  // namespace tern::voice
