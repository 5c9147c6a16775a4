#include "voice/recording.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/try.hpp"
#include "tern/limits.hpp"

namespace tern::voice {
namespace {

// What is decoded is behind what was encoded: so much more has to be encoded and skipped.
std::int64_t granule_at(std::uint64_t samples) {
  return static_cast<std::int64_t>(samples + encoder_lookahead);
}

}  // namespace

Recording::Recording(const VoiceSettings& settings, std::unique_ptr<VoiceSink> sink,
                     FrameEncoder encoder)
    : settings_(settings), sink_(std::move(sink)), encoder_(std::move(encoder)) {}

Result<Recording> Recording::make(const VoiceSettings& settings, std::unique_ptr<VoiceSink> sink) {
  TERN_ASSIGN(auto encoder, FrameEncoder::make(settings));
  Recording out(settings, std::move(sink), std::move(encoder));
  OpusHead head;
  head.pre_skip = static_cast<std::uint16_t>(encoder_lookahead);
  head.input_rate = settings.sample_rate;
  out.pending_ = encode_header_pages(head);
  out.produced_bytes_ = out.pending_.size();
  return out;
}

Result<void> Recording::add(std::span<const float> pcm) {
  const std::uint64_t room = limits::voice_samples_max - samples_;
  const auto some = pcm.first(static_cast<std::size_t>(std::min<std::uint64_t>(room, pcm.size())));
  measure(some);
  samples_ += some.size();
  TERN_TRY(encode(some));
  if (some.size() < pcm.size()) return Errc::voice_too_long;
  return {};
}

void Recording::measure(std::span<const float> pcm) {
  loudness_.add(pcm);
  waveform_.add(pcm);
  if (settings_.trim_silence) sound_end_.add(pcm);
}

Result<void> Recording::encode(std::span<const float> pcm) {
  while (!pcm.empty()) {
    const std::size_t some = std::min(frame_samples - filled_, pcm.size());
    std::copy_n(pcm.begin(), some, frame_.begin() + static_cast<std::ptrdiff_t>(filled_));
    pcm = pcm.subspan(some);
    filled_ += some;
    if (filled_ < frame_samples) break;
    TERN_TRY(encode_frame());
    if (page_.full()) close_page();
  }
  return {};
}

Result<void> Recording::encode_frame() {
  filled_ = 0;
  // The decoder of this packet has heard another encoder before: a packet that leans on no past
  // leaves nothing to disagree on.
  if (priming_ == 0 && first_after_draft_) encoder_.lean_on_past(false);
  TERN_ASSIGN(const ByteSpan packet, encoder_.encode(frame_));
  if (priming_ > 0) {
    --priming_;
    return {};
  }
  if (first_after_draft_) encoder_.lean_on_past(true);
  first_after_draft_ = false;
  if (settings_.on_packet) settings_.on_packet(packet);
  page_.add(packet, frame_samples);
  ++packets_;
  return {};
}

void Recording::close_page() {
  if (page_.packets() == 0) return;
  watch_cut();
  const auto granule = static_cast<std::int64_t>(packets_ * frame_samples);
  const Bytes bytes = page_.encode(page_.packets(), granule, PagePlace::middle);
  pending_.insert(pending_.end(), bytes.begin(), bytes.end());
  produced_bytes_ += bytes.size();
  page_.next();
  page_packet_ = packets_;
}

// If nothing but silence comes from here on, finish() cuts 200 ms behind the last sound: the page
// where that is must not be settled, and its packets stay here. A sound moves the cut behind all
// that was written, so one page is enough.
void Recording::watch_cut() {
  if (!settings_.trim_silence) return;
  const auto cut_packet = packets_until(sound_end_.samples() + silence_kept_samples);
  if (cut_ && cut_packet > cut_->end_packet()) cut_.reset();
  if (!cut_ && cut_packet <= packets_) cut_ = Cut{page_, page_packet_, produced_bytes_};
}

std::uint64_t Recording::packets_until(std::uint64_t samples) const {
  return (samples + encoder_lookahead + frame_samples - 1) / frame_samples;
}

Result<void> Recording::write() {
  if (pending_.empty()) return {};
  TERN_TRY(sink_->write(pending_, settled_bytes()));
  pending_.clear();
  return {};
}

Result<VoiceClip> Recording::finish() {
  if (samples_ == 0) return Errc::voice_empty;
  if (!end_) {
    TERN_ASSIGN(end_, make_end());
  }
  TERN_TRY(write());
  TERN_TRY(sink_->finish(end_->clip, end_->keep_bytes, end_->tail));
  return end_->clip;
}

Result<Recording::End> Recording::make_end() {
  End end;
  std::uint64_t kept = samples_;
  const std::uint64_t sound = sound_end_.samples();
  if (settings_.trim_silence && samples_ - sound > silence_cut_samples)
    kept = sound + silence_kept_samples;
  end.clip.samples = kept;
  end.clip.waveform = waveform_.parts(kept);
  end.clip.loudness_lufs = loudness_.lufs();
  end.clip.peak = waveform_.peak(kept);
  TERN_ASSIGN(end.tail, last_page(kept, end.keep_bytes));
  return end;
}

// RFC 7845 §4.4: the last page's granule position says where the sound ends within its packets.
Result<Bytes> Recording::last_page(std::uint64_t kept, std::uint64_t& keep_bytes) {
  const std::uint64_t packets = packets_until(kept);
  if (cut_ && kept < samples_ && packets <= cut_->end_packet()) {
    keep_bytes = cut_->offset;
    return cut_->page.encode(static_cast<std::size_t>(packets - cut_->first_packet),
                             granule_at(kept), PagePlace::last);
  }
  while (packets_ < packets || page_.packets() == 0) {
    if (page_.full()) close_page();
    std::fill(frame_.begin() + static_cast<std::ptrdiff_t>(filled_), frame_.end(), 0.0F);
    TERN_TRY(encode_frame());
  }
  keep_bytes = produced_bytes_;
  TERN_CHECK(packets > page_packet_ || page_.packets() == 1);
  const auto in_page = static_cast<std::size_t>(
      std::min<std::uint64_t>(std::max(packets, page_packet_ + 1), packets_) - page_packet_);
  return page_.encode(in_page, granule_at(kept), PagePlace::last);
}

}  // namespace tern::voice
