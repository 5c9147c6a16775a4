// Where sound comes from and where it goes, so that every command works with a sound card and with
// files alike.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

namespace voice {

class SoundInput {
 public:
  virtual ~SoundInput() = default;
  virtual std::uint32_t rate() const = 0;
  virtual std::uint32_t channels() const = 0;
  /// The next samples, interleaved, -1 … 1, valid until the next call. Waits a tenth of a second at
  /// most, then gives none. nullopt: the end.
  virtual std::optional<std::span<const float>> read() = 0;
};

/// Mono, 48 kHz.
class SoundOutput {
 public:
  virtual ~SoundOutput() = default;
  /// Waits while there is no room.
  virtual void write(std::span<const float> pcm) = 0;
  /// Waits until all of it was heard, or is in the file.
  virtual void finish() = 0;
  /// Whether somebody listens, so that keys and a moving line make sense.
  virtual bool heard() const = 0;
};

inline constexpr std::uint32_t output_rate = 48'000;

enum class Pace {
  at_once,    ///< a file as fast as it can be read
  real_time,  ///< as fast as it was spoken
};
/// A file, WAV or Ogg Opus; the microphone when `file` is empty. Throws Failure.
std::unique_ptr<SoundInput> open_input(const std::string& file, Pace pace);
/// A WAV file; the speaker when `file` is empty. Throws Failure.
std::unique_ptr<SoundOutput> open_output(const std::string& file);

}  // namespace voice
