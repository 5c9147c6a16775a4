#include "voice/wav.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "base/try.hpp"
#include "voice/little_endian.hpp"
#include "voice/opus_format.hpp"

namespace tern::voice {
namespace {

enum : std::uint32_t { tag_pcm = 1, tag_float = 3, tag_extensible = 0xfffe };
constexpr std::uint32_t size_unknown = 0xffffffff;
constexpr std::size_t riff_bytes = 12, chunk_bytes = 8;
// RFC 2361 §4: a format tag as a GUID, after its first two bytes.
constexpr std::uint8_t guid_rest[14] = {0,    0,    0,    0,    0x10, 0,    0x80,
                                        0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71};

bool named(ByteSpan bytes, const char* name) { return std::memcmp(bytes.data(), name, 4) == 0; }

Result<void> parse_format(ByteSpan chunk, WavFile& out) {
  if (chunk.size() < 16) return Errc::wav_malformed;
  std::uint32_t tag = little_endian(chunk, 0, 2);
  out.channels = little_endian(chunk, 2, 2);
  out.rate = little_endian(chunk, 4, 4);
  const std::uint32_t frame_bytes = little_endian(chunk, 12, 2), bits = little_endian(chunk, 14, 2);
  if (tag == tag_extensible) {
    if (chunk.size() < 40) return Errc::wav_malformed;
    if (std::memcmp(&chunk[26], guid_rest, sizeof guid_rest) != 0) return Errc::wav_unsupported;
    tag = little_endian(chunk, 24, 2);
  }
  if (out.channels == 0 || bits == 0) return Errc::wav_malformed;
  out.floating = tag == tag_float;
  const bool known =
      out.floating ? bits == 32 || bits == 64 : tag == tag_pcm && bits % 8 == 0 && bits <= 32;
  if (!known)
    return Error(Errc::wav_unsupported, "a WAV file of format " + std::to_string(tag) + " with " +
                                            std::to_string(bits) + " bits a sample");
  if (out.channels > 2)
    return Error(Errc::wav_unsupported, std::to_string(out.channels) + " channels: not one or two");
  if (out.rate < pcm_rate_min || out.rate > pcm_rate_max)
    return Error(Errc::wav_unsupported,
                 "a sample rate of " + std::to_string(out.rate) + " is not 8,000 to 96,000");
  out.sample_bytes = bits / 8;
  if (frame_bytes != out.sample_bytes * out.channels) return Errc::wav_malformed;
  return {};
}

float sample_at(const std::uint8_t* at, std::uint32_t bytes, bool floating) {
  if (floating && bytes == 4) {
    float out = 0;
    std::memcpy(&out, at, sizeof out);
    return out;
  }
  if (floating) {
    double out = 0;
    std::memcpy(&out, at, sizeof out);
    // A double beyond what a float holds is an infinity there; the recorder knows what to do.
    return std::abs(out) <= 1e9 ? static_cast<float>(out) : 0.0F;
  }
  if (bytes == 1) return (static_cast<float>(at[0]) - 128) / 128;  // the one that has no sign
  std::uint32_t out = 0;
  for (std::uint32_t i = 0; i < bytes; ++i) out |= std::uint32_t{at[i]} << (8 * (4 - bytes + i));
  return static_cast<float>(static_cast<std::int32_t>(out)) / 2147483648.0F;
}

}  // namespace

void WavFile::decode(std::size_t first, std::span<float> out) const {
  const std::uint8_t* at = data.data() + first * sample_bytes;
  for (auto& sample : out) {
    sample = sample_at(at, sample_bytes, floating);
    at += sample_bytes;
  }
}

bool is_wav(ByteSpan file) {
  return file.size() >= riff_bytes && named(file, "RIFF") && named(file.subspan(8), "WAVE");
}

Result<WavFile> parse_wav(ByteSpan file) {
  if (!is_wav(file)) return Errc::wav_malformed;
  const std::uint32_t riff_size = little_endian(file, 4, 4);
  ByteSpan rest = file.subspan(riff_bytes);
  WavFile out;
  while (rest.size() >= chunk_bytes) {
    const ByteSpan name = rest.first(4);
    std::size_t size = little_endian(rest, 4, 4);
    rest = rest.subspan(chunk_bytes);
    if (named(name, "data")) {
      if (out.channels == 0) return Error(Errc::wav_malformed, "samples before their format");
      // A writer that could not go back leaves no size, or 0: what is here is what there is.
      const bool streamed = size == 0 && (riff_size == 0 || riff_size == size_unknown);
      if (streamed) size = rest.size();
      const std::size_t frame_bytes = std::size_t{out.sample_bytes} * out.channels;
      out.data = rest.first(std::min(size, rest.size()) / frame_bytes * frame_bytes);
      return out;
    }
    if (size > rest.size()) return Errc::wav_malformed;
    if (named(name, "fmt ")) TERN_TRY(parse_format(rest.first(size), out));
    rest = rest.subspan(std::min(size + size % 2, rest.size()));
  }
  return Error(Errc::wav_malformed, "a WAV file without samples");
}

}  // namespace tern::voice
