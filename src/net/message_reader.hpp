// Noise messages out of a byte stream: u16 length (big-endian) || message, again and again.
#pragma once

#include <optional>

#include "tern/bytes.hpp"
#include "tern/result.hpp"

namespace tern::net {

inline constexpr std::size_t message_length_bytes = 2;

/// Keeps what has arrived of a message that is not whole, and nothing between messages.
class MessageReader {
 public:
  /// The next whole message, taken from the front of `bytes`; nullopt when the rest of `bytes`
  /// is less than one, and is kept. What is returned may be written to, and lives until the next
  /// call or until `bytes` does not. Errors: noise_message_too_long, as soon as the length shows
  /// that the message is over `bytes_max`, before any of it is kept.
  Result<std::optional<MutableByteSpan>> next(MutableByteSpan& bytes, std::size_t bytes_max);
  /// Whether a message has begun and not ended.
  bool mid_message() const { return !kept_.empty() && !handed_out_; }
  std::size_t kept_bytes() const { return kept_.size(); }

 private:
  Result<std::optional<MutableByteSpan>> next_kept(MutableByteSpan& bytes, std::size_t bytes_max);
  void keep(MutableByteSpan& bytes, std::size_t total);

  Bytes kept_;               // the length and what came after it
  bool handed_out_ = false;  // kept_ is the message that was returned last
};

}  // namespace tern::net
