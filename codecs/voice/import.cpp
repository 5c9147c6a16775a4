#include <algorithm>
#include <cstring>

#include "base/try.hpp"
#include "tern/limits.hpp"
#include "tern/voice_player.hpp"
#include "tern/voice_recorder.hpp"
#include "voice/ogg_page.hpp"
#include "voice/opus_format.hpp"
#include "voice/source_pages.hpp"
#include "voice/span_source.hpp"
#include "voice/wav.hpp"

namespace tern {
namespace {

constexpr std::size_t import_piece = 4096;  // samples
constexpr std::size_t import_write_bytes = 64 * 1024;

Result<VoiceClip> import_wav(ByteSpan file, VoiceSettings settings,
                             std::unique_ptr<VoiceSink> sink) {
  TERN_ASSIGN(const auto wav, voice::parse_wav(file));
  const std::uint64_t frames = wav.samples() / wav.channels;
  if (frames == 0) return Errc::voice_empty;
  if (frames * voice::opus_rate > limits::voice_samples_max * wav.rate) return Errc::voice_too_long;
  settings.sample_rate = wav.rate;
  settings.channels = wav.channels;
  TERN_ASSIGN(auto recorder, VoiceRecorder::start(settings, std::move(sink)));
  std::vector<float> piece;
  for (std::size_t at = 0; at < wav.samples(); at += piece.size()) {
    piece.resize(std::min(import_piece, wav.samples() - at));
    wav.decode(at, piece);
    TERN_TRY(recorder.push(std::span<const float>(piece)));
  }
  return recorder.finish();
}

/// Stereo: decoded, mixed and encoded again.
Result<VoiceClip> encode_again(const std::shared_ptr<VoiceSource>& source, VoiceSettings settings,
                               std::unique_ptr<VoiceSink> sink) {
  PlayerSettings playing;
  playing.normalise = false;
  TERN_ASSIGN(auto player, VoicePlayer::open(source, playing));
  settings.sample_rate = voice::opus_rate;
  settings.channels = 1;
  TERN_ASSIGN(auto recorder, VoiceRecorder::start(settings, std::move(sink)));
  std::vector<float> piece(import_piece);
  // `waiting` is an error that the next read() gives: all of the file is here.
  for (auto state = PlayerState::playing; state != PlayerState::ended;) {
    TERN_ASSIGN(const auto read, player.read(std::span<float>(piece)));
    TERN_TRY(recorder.push(std::span<const float>(piece).first(read.frames)));
    state = read.state;
  }
  return recorder.finish();
}

/// The packets as they are, in pages of our own behind headers of our own.
class PacketCopy {
 public:
  PacketCopy(const voice::OpusHead& head, const VoiceSettings& settings, VoiceSink& sink)
      : settings_(settings), sink_(sink), out_(voice::encode_header_pages(head)) {}

  Result<void> add(ByteSpan packet, std::uint32_t samples) {
    if (page_.packets() > 0 && (page_.full() || !page_.fits(packet.size()))) {
      const Bytes page = page_.encode(page_.packets(), granule_, voice::PagePlace::middle);
      out_.insert(out_.end(), page.begin(), page.end());
      page_.next();
      if (out_.size() >= import_write_bytes) TERN_TRY(write());
    }
    page_.add(packet, samples);
    granule_ += samples;
    if (settings_.on_packet) settings_.on_packet(packet);
    return {};
  }
  Result<void> finish(const VoiceClip& clip, std::int64_t granule) {
    TERN_TRY(write());
    return sink_.finish(clip, written_,
                        page_.encode(page_.packets(), granule, voice::PagePlace::last));
  }

 private:
  Result<void> write() {
    written_ += out_.size();
    TERN_TRY(sink_.write(out_, written_));
    out_.clear();
    return {};
  }

  const VoiceSettings& settings_;
  VoiceSink& sink_;
  Bytes out_;
  std::uint64_t written_ = 0;
  voice::PageDraft page_{voice::header_pages};
  std::int64_t granule_ = 0;  // at the end of the last packet; the copy begins at 0
};

Result<VoiceClip> import_ogg(ByteSpan file, const VoiceSettings& settings,
                             std::unique_ptr<VoiceSink> sink) {
  const auto source = std::make_shared<voice::SpanSource>(file);
  TERN_ASSIGN(const VoiceClip clip, measure_voice(*source));
  voice::SourcePages pages(*source);
  TERN_ASSIGN(auto next, pages.next());
  if (pages.head()->channels != 1) return encode_again(source, settings, std::move(sink));
  PacketCopy copy(*pages.head(), settings, *sink);
  std::int64_t end = 0;
  while (const auto* page = next.page) {
    for (const auto& packet : page->packets)
      // What is behind the end is not to be heard, and would be on pages behind the last one.
      if (packet.begin < page->end) TERN_TRY(copy.add(page->bytes_of(packet), packet.samples));
    end = page->end - *pages.base();
    TERN_ASSIGN(next, pages.next());
  }
  TERN_TRY(copy.finish(clip, end));
  return clip;
}

}  // namespace

Result<VoiceClip> import_voice(ByteSpan file, const VoiceSettings& settings,
                               std::unique_ptr<VoiceSink> sink) {
  if (!sink) return Error(Errc::invalid_argument, "an import needs a sink");
  if (file.size() > limits::voice_import_bytes_max) return Errc::too_long;
  if (voice::is_wav(file)) return import_wav(file, settings, std::move(sink));
  if (file.size() >= 4 && std::memcmp(file.data(), "OggS", 4) == 0)
    return import_ogg(file, settings, std::move(sink));
  return Errc::voice_format_unknown;
}

}  // namespace tern
