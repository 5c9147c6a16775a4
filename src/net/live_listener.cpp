#include "net/live_listener.hpp"

#include "base/try.hpp"

namespace tern {

Result<std::unique_ptr<LiveListener::Impl>> LiveListener::Impl::make(std::uint32_t sample_rate,
                                                                     Take take, Play play) {
  TERN_ASSIGN(const auto heard, take());
  TERN_ASSIGN(auto stream, VoiceStream::start(sample_rate, heard.packet_frames));
  auto out = std::make_unique<Impl>(
      Impl{std::move(take), std::move(play), std::move(stream), heard.device, std::nullopt});
  for (const auto& packet : heard.packets) {
    const std::vector<ByteSpan> views(packet.opus_packets.begin(), packet.opus_packets.end());
    (void)out->stream.add(packet.counter, views);
  }
  if (heard.end) out->stream.end(*heard.end);
  return out;
}

Result<void> LiveListener::Impl::take_packets() {
  if (gone) return {};
  const auto heard = take();
  if (!heard) {
    over = gone = true;
    return heard.error() == Errc::not_found ? Result<void>() : Result<void>(heard.error());
  }
  for (const auto& packet : heard->packets) {
    const std::vector<ByteSpan> views(packet.opus_packets.begin(), packet.opus_packets.end());
    // One that does not decode is as good as lost.
    (void)stream.add(packet.counter, views);
  }
  if (heard->end) stream.end(*heard->end);
  over = heard->replaced;
  return {};
}

Result<StreamRead> LiveListener::Impl::read_message(std::span<float> pcm) {
  if (!player) {
    auto opened = play(speaker, stream.position());
    // Discarded, perhaps: whoever waits for it must not wait for ever.
    if (!opened && opened.error() == Errc::not_found)
      return StreamRead{0, gone ? StreamState::ended : StreamState::waiting};
    if (!opened) return opened.error();
    player = std::move(*opened);
  }
  TERN_ASSIGN(const auto read, player->read(pcm));
  switch (read.state) {
    case PlayerState::playing:
      return StreamRead{read.frames, StreamState::playing};
    case PlayerState::waiting:
      return StreamRead{read.frames, StreamState::waiting};
    case PlayerState::ended:
      return StreamRead{read.frames, StreamState::ended};
  }
  return Errc::internal;
}

Result<StreamRead> LiveListener::Impl::read(std::span<float> pcm) {
  if (player) return read_message(pcm);
  TERN_TRY(take_packets());
  const auto live = stream.read(pcm);
  lost = lost || live.state == StreamState::lost;
  if (live.frames > 0 || live.state == StreamState::ended) return live;
  // Nothing more to hear of it live, or nothing for now and never any more.
  if (lost || over) return read_message(pcm);
  return live;
}

LiveListener::LiveListener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LiveListener::LiveListener(LiveListener&&) noexcept = default;
LiveListener& LiveListener::operator=(LiveListener&&) noexcept = default;
LiveListener::~LiveListener() = default;

Result<StreamRead> LiveListener::read(std::span<float> pcm) { return impl_->read(pcm); }
std::uint64_t LiveListener::position() const {
  return impl_->player ? impl_->player->position() : impl_->stream.position();
}
bool LiveListener::from_message() const { return impl_->lost || impl_->player.has_value(); }

}  // namespace tern
