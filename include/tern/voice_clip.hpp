// What is known of a piece of speech without decoding it: it travels with the message.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "tern/bytes.hpp"

namespace tern {

inline constexpr std::size_t waveform_peaks = 64;
/// Equal parts of the clip; each the highest |sample| in it, 0 (silence) to 255 (full scale).
using Waveform = std::array<std::uint8_t, waveform_peaks>;

/// Of silence, and of less than 400 ms (ITU-R BS.1770 measures nothing shorter).
inline constexpr float loudness_unknown_lufs = -70.0F;

/// Told by the sender: what a receiver shows before it has the sound, not what it relies on.
struct VoiceClip {
  std::uint64_t samples = 0;  ///< duration, at 48 kHz; exact
  Waveform waveform{};
  /// EBU R 128 integrated loudness of the whole clip; loudness_unknown_lufs where there is none.
  float loudness_lufs = loudness_unknown_lufs;
  float peak = 0;  ///< the highest |sample|, 1: full scale

  std::uint64_t duration_ms() const { return samples / 48; }
  friend bool operator==(const VoiceClip&, const VoiceClip&) = default;
};

}  // namespace tern
