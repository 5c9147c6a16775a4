// tern::VoiceStream: what a listener does with live packets: puts them in order, waits no longer
// than it must, conceals one that is missing (RFC 6716 §4.4), and decodes.
//
// Threads: one thread at a time.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "tern/result.hpp"
#include "tern/voice_player.hpp"

namespace tern {

enum class StreamState : std::uint8_t {
  playing,  ///< all that was asked for is there
  waiting,  ///< fewer: the next packet has not come
  lost,     ///< two packets in a row are missing, or the beginning is: the durable message has them
  ended,    ///< the speaker let go, and everything was played
};
struct StreamRead {
  std::size_t frames = 0;  ///< samples written, at the rate given to start()
  StreamState state = StreamState::playing;
};

/// Move-only.
class VoiceStream {
 public:
  /// `packet_frames`: Opus packets of 20 ms in each live packet (12: 240 ms; 3: 60 ms).
  /// Errors: invalid_argument.
  static Result<VoiceStream> start(std::uint32_t sample_rate, std::uint32_t packet_frames);
  VoiceStream(VoiceStream&&) noexcept;
  VoiceStream& operator=(VoiceStream&&) noexcept;
  ~VoiceStream();

  /// Live packet `counter` (0, 1, 2 …) with its Opus packets, fewer only in the last. Late or
  /// doubled: left out. The stream is lost when over 8 before it are missing, or 64 wait to be
  /// read. Errors: opus_packet_invalid.
  Result<void> add(std::uint64_t counter, std::span<const ByteSpan> opus_packets);
  /// No packet comes after `counter` - 1.
  void end(std::uint64_t counter);
  /// The next samples, mono. A missing packet is concealed once the one after it is here.
  StreamRead read(std::span<float> pcm);
  /// Of the next sample that read() gives, at 48 kHz: where the durable message goes on.
  std::uint64_t position() const;

 private:
  struct Impl;
  explicit VoiceStream(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tern
