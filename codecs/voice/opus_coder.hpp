// libopus in our own types: one mono encoder, one mono decoder.
#pragma once

#include <memory>
#include <span>

#include "tern/bytes.hpp"
#include "tern/voice_recorder.hpp"
#include "voice/opus_format.hpp"

struct OpusEncoder;
struct OpusDecoder;

namespace tern::voice {

/// How many samples a packet decodes to. Errors: opus_packet_invalid (RFC 6716 §3.4).
Result<std::uint32_t> packet_samples(ByteSpan packet);

class FrameEncoder {
 public:
  static Result<FrameEncoder> make(const VoiceSettings& settings);
  /// Encodes 20 ms; the span lasts until the next call.
  Result<ByteSpan> encode(std::span<const float, frame_samples> pcm);
  /// The next frames lean on what was before them, or not: for a decoder that saw something else.
  void lean_on_past(bool lean);

 private:
  struct Delete {
    void operator()(OpusEncoder* encoder) const;
  };
  std::unique_ptr<OpusEncoder, Delete> encoder_;
  Bytes packet_;
};

class PacketDecoder {
 public:
  /// `gain_q8`: RFC 7845 §5.1, output gain in 1/256 dB. Stereo packets are mixed to mono.
  static Result<PacketDecoder> make(std::int16_t gain_q8);
  /// The span lasts until the next call. Errors: opus_packet_invalid.
  Result<std::span<const float>> decode(ByteSpan packet);
  /// RFC 6716 §4.4: 20 ms that could have followed.
  Result<std::span<const float>> conceal();
  /// Forgets what was decoded.
  void reset();

 private:
  struct Delete {
    void operator()(OpusDecoder* decoder) const;
  };
  std::unique_ptr<OpusDecoder, Delete> decoder_;
  std::unique_ptr<float[]> pcm_;
};

}  // namespace tern::voice
