// Frames out of the decrypted stream: u32 length (big-endian) || frame, again and again.
#pragma once

#include <vector>

#include "tern/bytes.hpp"
#include "tern/limits.hpp"
#include "tern/result.hpp"

namespace tern::net {

inline constexpr std::size_t frame_length_bytes = 4;

/// Frames may lie across Noise messages, and many in one.
class FrameReader {
 public:
  /// Takes all of `plaintext`; appends the frames that it completes. Errors: frame_too_large, as
  /// soon as the length shows it, before any of the frame is kept; frame_malformed (empty frame).
  Result<void> feed(ByteSpan plaintext, std::vector<Bytes>& frames);
  /// Whether a frame has begun and not ended.
  bool mid_frame() const { return length_seen_ > 0; }
  std::size_t kept_bytes() const { return frame_.size(); }

 private:
  Result<void> feed_length(ByteSpan& plaintext);
  void feed_frame(ByteSpan& plaintext, std::vector<Bytes>& frames);

  Bytes frame_;
  std::uint32_t length_ = 0;
  std::uint8_t length_seen_ = 0;  // how many of its four bytes
};

}  // namespace tern::net
