// Frames into Noise messages: many small ones share a message, a large one takes several.
#pragma once

#include "net/noise_cipher.hpp"

namespace tern::net {

/// Appends `u16 length || message` for all of `frames` to `out`, with as few messages as hold
/// them. Errors, all before anything is encrypted: frame_too_large, frame_malformed (empty frame);
/// and counter_exhausted.
Result<void> write_frames(std::span<const ByteSpan> frames, NoiseCipher& cipher, Bytes& out);

}  // namespace tern::net
