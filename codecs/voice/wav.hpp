// RIFF WAVE, as far as speech comes in it.
#pragma once

#include <span>

#include "tern/bytes.hpp"
#include "tern/result.hpp"

namespace tern::voice {

struct WavFile {
  std::uint32_t rate = 0;
  std::uint32_t channels = 0;
  std::uint32_t sample_bytes = 0;
  bool floating = false;
  ByteSpan data;  ///< whole frames

  std::size_t samples() const { return data.size() / sample_bytes; }
  /// Samples from `first` on, interleaved.
  void decode(std::size_t first, std::span<float> out) const;
};

bool is_wav(ByteSpan file);
/// Errors: wav_malformed, wav_unsupported.
Result<WavFile> parse_wav(ByteSpan file);

}  // namespace tern::voice
