#include "net/live_sink.hpp"

#include "net/system_clock.hpp"

namespace tern::net {
namespace {

class LiveSink final : public VoiceSink {
 public:
  LiveSink(std::unique_ptr<VoiceSink> sink, std::shared_ptr<LiveSpeech> speech)
      : sink_(std::move(sink)), speech_(std::move(speech)) {}
  ~LiveSink() override { speech_->end(); }
  LiveSink(const LiveSink&) = delete;
  LiveSink& operator=(const LiveSink&) = delete;

  Result<void> write(ByteSpan pages, std::uint64_t settled_bytes) override {
    return sink_->write(pages, settled_bytes);
  }
  Result<void> finish(const VoiceClip& clip, std::uint64_t keep_bytes, ByteSpan tail) override {
    speech_->end();
    return sink_->finish(clip, keep_bytes, tail);
  }
  Result<void> discard() override {
    speech_->end();
    return sink_->discard();
  }

 private:
  std::unique_ptr<VoiceSink> sink_;
  std::shared_ptr<LiveSpeech> speech_;
};

}  // namespace

void LiveSpeech::say() {
  (void)call_(
      [&](client::Engine& engine) { return engine.say_live(read_clock(), draft_, gathered_); });
  gathered_.clear();
}

void LiveSpeech::add(ByteSpan opus_packet) {
  if (packet_frames_ == 0) return;
  begun_ = true;
  gathered_.push_back(to_bytes(opus_packet));
  if (gathered_.size() == packet_frames_) say();
}

void LiveSpeech::end() {
  if (packet_frames_ == 0) return;
  // Nobody is told of the end of what has not begun.
  if (begun_ && !gathered_.empty()) say();
  if (begun_) say();
  packet_frames_ = 0;
}

std::unique_ptr<VoiceSink> make_live_sink(std::unique_ptr<VoiceSink> sink,
                                          std::shared_ptr<LiveSpeech> speech) {
  return std::make_unique<LiveSink>(std::move(sink), std::move(speech));
}

}  // namespace tern::net
