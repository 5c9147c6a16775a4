// What crosses the wire in a signal while somebody speaks: a live packet, signed by the speaker's
// device and encrypted under a key that only the epoch's members have (design §4, Voice).
#pragma once

#include <array>
#include <vector>

#include "tern/result.hpp"
#include "wire/ids.hpp"

namespace tern::wire {

struct LivePacket {
  /// 16 random bytes, new for each live voice: the stream's, and the id of the durable message that
  /// replaces it.
  MessageId stream;
  std::uint64_t epoch = 0;
  std::uint32_t leaf = 0;          ///< the speaker's
  std::uint32_t counter = 0;       ///< 0, 1, 2 …
  std::uint8_t packet_frames = 0;  ///< Opus packets of 20 ms in each but the last
  bool end = false;                ///< the speaker has let go: nothing in it, nothing after it
  ByteSpan ciphertext;             ///< at most limits::live_packet_bytes_max
  Signature signature;             ///< by the device's key over signed_bytes() and the group's id
};

/// Everything before the ciphertext, as encoded: authenticated with it.
Bytes live_header(const LivePacket& packet);
Bytes encode(const LivePacket& packet);
/// Views point into `bytes`. Errors: frame_unsupported (another kind of signal); malformed,
/// too_long and a Reader's.
Result<LivePacket> decode_live_packet(ByteSpan bytes);

/// What is encrypted: the Opus packets, each behind its length.
Bytes encode_live_audio(const std::vector<Bytes>& opus_packets);
/// Errors: malformed (more packets than `packet_frames`, or an empty one), a Reader's.
Result<std::vector<ByteSpan>> decode_live_audio(ByteSpan bytes, std::size_t packet_frames);

}  // namespace tern::wire
