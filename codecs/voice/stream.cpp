#include <algorithm>
#include <map>

#include "base/try.hpp"
#include "tern/voice_stream.hpp"
#include "voice/opus_coder.hpp"
#include "voice/resampler.hpp"

namespace tern {
namespace {

/// Missing ones in front of a packet.
constexpr std::uint64_t packets_ahead_max = 8;
/// For who reads late: 15 s of the longest, as many as are kept for who does not ask.
constexpr std::size_t packets_waiting_max = 64;
constexpr std::uint32_t packet_frames_max = 50;  // a second

}  // namespace

struct VoiceStream::Impl {
  Impl(std::uint32_t rate_wanted, std::uint32_t frames_a_packet, voice::PacketDecoder with,
       voice::Resampler to)
      : rate(rate_wanted),
        packet_frames(frames_a_packet),
        decoder(std::move(with)),
        resampler(std::move(to)) {}

  void take(Result<std::span<const float>> pcm) {
    // A packet that parses and does not decode is as good as missing.
    if (!pcm) pcm = decoder.conceal();
    if (!pcm) return;
    // What comes before the clip's first sample: positions are those of the durable message.
    const auto before = std::min(skip, pcm->size());
    skip -= before;
    resampler.push(pcm->subspan(before), out);
  }

  /// Makes samples of the next packet; or says why it cannot.
  StreamState advance() {
    out.erase(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(taken));
    taken = 0;
    if (lost) return StreamState::lost;
    const auto first = waiting.begin();
    if (first != waiting.end() && first->first == next) {
      for (const auto& packet : first->second) take(decoder.decode(packet));
      waiting.erase(first);
      ++next;
      return StreamState::playing;
    }
    if (end && next >= *end) {
      if (!flushed) resampler.finish(out);
      return std::exchange(flushed, true) ? StreamState::ended : StreamState::playing;
    }
    // The next one is missing. It may still come, until something behind it is here.
    const std::uint64_t behind = first != waiting.end() ? first->first : end.value_or(next);
    if (behind == next) return StreamState::waiting;
    // Nothing to go on from, or too much to make up.
    if (next == 0 || behind > next + 1) {
      lost = true;
      return StreamState::lost;
    }
    for (std::uint32_t i = 0; i < packet_frames; ++i) take(decoder.conceal());
    ++next;
    return StreamState::playing;
  }

  std::uint32_t rate;
  std::uint32_t packet_frames;
  voice::PacketDecoder decoder;
  voice::Resampler resampler;
  std::map<std::uint64_t, std::vector<Bytes>> waiting;  // bounded: packets_waiting_max
  std::uint64_t next = 0;                               // the packet to be played
  std::optional<std::uint64_t> end;
  bool lost = false, flushed = false;
  std::size_t skip = voice::encoder_lookahead;
  std::vector<float> out;
  std::size_t taken = 0;     // of out
  std::uint64_t frames = 0;  // read
};

VoiceStream::VoiceStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VoiceStream::VoiceStream(VoiceStream&&) noexcept = default;
VoiceStream& VoiceStream::operator=(VoiceStream&&) noexcept = default;
VoiceStream::~VoiceStream() = default;

Result<VoiceStream> VoiceStream::start(std::uint32_t sample_rate, std::uint32_t packet_frames) {
  TERN_TRY(voice::check_play_rate(sample_rate));
  if (packet_frames == 0 || packet_frames > packet_frames_max)
    return Error(Errc::invalid_argument,
                 "a live packet of " + std::to_string(packet_frames) + " frames is not 1 to 50");
  TERN_ASSIGN(auto decoder, voice::PacketDecoder::make(0));
  TERN_ASSIGN(auto resampler, voice::Resampler::make(voice::opus_rate, sample_rate));
  return VoiceStream(
      std::make_unique<Impl>(sample_rate, packet_frames, std::move(decoder), std::move(resampler)));
}

Result<void> VoiceStream::add(std::uint64_t counter, std::span<const ByteSpan> opus_packets) {
  auto& stream = *impl_;
  if (opus_packets.empty() || opus_packets.size() > stream.packet_frames)
    return Errc::opus_packet_invalid;
  for (const ByteSpan packet : opus_packets) {
    TERN_ASSIGN(const auto samples, voice::packet_samples(packet));
    if (samples != voice::frame_samples || packet.size() > voice::frame_bytes_max)
      return Errc::opus_packet_invalid;
  }
  if (counter < stream.next || stream.lost || (stream.end && counter >= *stream.end)) return {};
  if (stream.waiting.count(counter) > 0) return {};
  // Those that wait are there; the rest before it is missing.
  const bool too_much_missing = counter - stream.next > stream.waiting.size() + packets_ahead_max;
  if (too_much_missing || stream.waiting.size() == packets_waiting_max) {
    stream.lost = true;
    stream.waiting.clear();
    return {};
  }
  auto& place = stream.waiting[counter];
  for (const ByteSpan packet : opus_packets) place.push_back(to_bytes(packet));
  return {};
}

void VoiceStream::end(std::uint64_t counter) {
  if (impl_->end) return;
  impl_->end = std::max(counter, impl_->next);
  impl_->waiting.erase(impl_->waiting.lower_bound(counter), impl_->waiting.end());
}

StreamRead VoiceStream::read(std::span<float> pcm) {
  auto& stream = *impl_;
  StreamRead read;
  while (read.frames < pcm.size()) {
    const auto some = std::min(stream.out.size() - stream.taken, pcm.size() - read.frames);
    for (std::size_t i = 0; i < some; ++i)
      pcm[read.frames + i] = std::clamp(stream.out[stream.taken + i], -1.0F, 1.0F);
    stream.taken += some;
    stream.frames += some;
    read.frames += some;
    if (read.frames == pcm.size()) break;
    read.state = stream.advance();
    if (read.state != StreamState::playing) break;
  }
  return read;
}

std::uint64_t VoiceStream::position() const {
  return impl_->frames * voice::opus_rate / impl_->rate;
}

}  // namespace tern
