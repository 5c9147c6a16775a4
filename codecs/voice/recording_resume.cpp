// A recording that was cut off goes on: the same Ogg stream, and no gap and no click in the sound.
#include <algorithm>

#include "base/try.hpp"
#include "voice/ogg_opus_reader.hpp"
#include "voice/recording.hpp"

namespace tern::voice {
namespace {

constexpr std::size_t priming_packets = 5;  // 100 ms; an encoder has settled after 80
constexpr std::size_t draft_piece = 4096;

Error not_ours() { return {Errc::opus_header_invalid, "this file is not the draft of a recorder"}; }

}  // namespace

struct Recording::Old {
  OggOpusReader reader;
  PacketDecoder decoder;
  std::vector<float> tail;  // the last that was decoded
  std::uint64_t decoded = 0;
};

Result<Recording> Recording::resume(const VoiceSettings& settings, std::unique_ptr<VoiceSink> sink,
                                    ByteSpan draft, std::uint64_t& whole_bytes) {
  TERN_ASSIGN(Recording out, make(settings, std::move(sink)));
  TERN_ASSIGN(auto decoder, PacketDecoder::make(0));
  Old old{{}, std::move(decoder), {}, 0};
  whole_bytes = 0;
  TERN_TRY(out.take_over(old, draft));
  const std::uint64_t offset = old.reader.offset();
  if (!old.reader.head() || !old.reader.between_packets()) {
    if (out.packets_ > 0) return not_ours();  // a recorder ends no page within a packet
    return out;                               // not even the headers
  }
  whole_bytes = offset;
  out.pending_.clear();
  out.produced_bytes_ = offset;
  out.page_ = PageDraft(old.reader.next_number());
  out.page_packet_ = out.packets_;
  if (out.packets_ == 0) return out;

  // The new encoder is on the old one's grid: it first hears the end of the old sound again, up to
  // where the new one begins, and what it makes of that is thrown away.
  out.samples_ = out.packets_ * frame_samples - encoder_lookahead;
  out.sound_end_.all_until_now_is_sound();
  out.priming_ = static_cast<std::size_t>(std::min<std::uint64_t>(out.packets_, priming_packets));
  out.first_after_draft_ = true;
  TERN_TRY(out.encode(std::span(old.tail).last(out.priming_ * frame_samples - encoder_lookahead)));
  return out;
}

Result<void> Recording::take_over(Old& old, ByteSpan draft) {
  for (;;) {
    const auto page = old.reader.next();
    if (!page) {
      // Behind the headers that is a page that did not get whole.
      if (page.error() == Errc::ogg_malformed && old.reader.between_packets()) return {};
      return page.error();
    }
    if (old.reader.head() &&
        (old.reader.head()->channels != 1 || old.reader.head()->gain_q8 != 0 ||
         old.reader.head()->pre_skip != encoder_lookahead || old.reader.serial() != serial_number))
      return not_ours();
    if (*page) {
      TERN_TRY(take_over_page(old, **page));
      continue;
    }
    if (draft.empty()) return {};
    const auto some = std::min(draft_piece, draft.size());
    old.reader.feed(draft.first(some));
    draft = draft.subspan(some);
  }
}

Result<void> Recording::take_over_page(Old& old, const OpusPage& page) {
  if (page.last) return Error(Errc::invalid_argument, "this recording was ended; nothing goes on");
  if (old.reader.base() != 0 || !old.reader.between_packets()) return not_ours();
  for (const auto& packet : page.packets) {
    if (packet.samples != frame_samples) return not_ours();
    TERN_ASSIGN(const auto pcm, old.decoder.decode(page.bytes_of(packet)));
    const auto skip = old.decoded == 0 ? encoder_lookahead : 0;
    measure(pcm.subspan(skip));
    old.decoded += pcm.size();
    old.tail.insert(old.tail.end(), pcm.begin(), pcm.end());
    const auto keep = std::min(old.tail.size(), priming_packets * frame_samples);
    old.tail.erase(old.tail.begin(), old.tail.end() - static_cast<std::ptrdiff_t>(keep));
    if (settings_.on_packet) settings_.on_packet(page.bytes_of(packet));
    ++packets_;
  }
  return {};
}

}  // namespace tern::voice
