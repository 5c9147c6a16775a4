// A live voice's packets on their way out, and its recording behind them.
#pragma once

#include <vector>

#include "net/draft_sink.hpp"

namespace tern::net {

/// Gathers Opus packets into live packets.
class LiveSpeech {
 public:
  LiveSpeech(EngineCall call, const MessageId& draft, std::uint32_t packet_frames)
      : call_(std::move(call)), draft_(draft), packet_frames_(packet_frames) {}
  void add(ByteSpan opus_packet);
  /// What is left, and that it is the end.
  void end();

 private:
  /// What does not get out is in the durable message: no error stops a recording.
  void say();
  EngineCall call_;
  MessageId draft_;
  std::uint32_t packet_frames_;
  std::vector<Bytes> gathered_;
  bool begun_ = false;
};

/// `sink` with the live voice ended first.
std::unique_ptr<VoiceSink> make_live_sink(std::unique_ptr<VoiceSink> sink,
                                          std::shared_ptr<LiveSpeech> speech);

}  // namespace tern::net
