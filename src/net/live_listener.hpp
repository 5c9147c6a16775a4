// Behind tern::LiveListener: the packets that come, then, where they are not enough, the message.
#pragma once

#include <functional>

#include "client/live.hpp"
#include "tern/live_listener.hpp"

namespace tern {

struct LiveListener::Impl {
  using Take = std::function<Result<client::Heard>()>;
  /// The speaker's durable message, when it is here: from this sample on.
  using Play = std::function<Result<VoicePlayer>(const DeviceId& speaker, std::uint64_t sample)>;

  static Result<std::unique_ptr<Impl>> make(std::uint32_t sample_rate, Take take, Play play);

  Result<StreamRead> read(std::span<float> pcm);
  Result<void> take_packets();
  /// From the message, once it is here; nothing otherwise.
  Result<StreamRead> read_message(std::span<float> pcm);

  Take take;
  Play play;
  VoiceStream stream;
  DeviceId speaker;
  std::optional<VoicePlayer> player;
  bool lost = false;
  bool over = false;  ///< no live packet comes any more
  bool gone = false;  ///< nor is it remembered: no message will come for it
};

}  // namespace tern
