// tern::VoicePlayer: Ogg Opus in, samples out at any rate, while the file is still arriving.
//
//   auto player = tern::VoicePlayer::open(tern::make_voice_source(file), {.sample_rate = 44'100});
//   player->set_speed(1.5).value();
//   for (;;) {
//     auto read = player->read(buffer).value();
//     speaker(std::span(buffer).first(read.frames));
//     if (read.state == tern::PlayerState::ended) break;
//     if (read.state == tern::PlayerState::waiting) sleep_for(20ms);  // it is still arriving
//   }
//
// Threads: one thread at a time. read() decodes; it waits for nothing.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "tern/bytes.hpp"
#include "tern/result.hpp"
#include "tern/voice_clip.hpp"

namespace tern {

/// A file's bytes, perhaps still arriving. Called by the player's thread, inside its calls.
class VoiceSource {
 public:
  virtual ~VoiceSource() = default;
  /// Copies what is there from `offset` on; 0: nothing (yet).
  virtual Result<std::size_t> read(std::uint64_t offset, MutableByteSpan into) = 0;
  /// Whether no more bytes will come than are there now.
  virtual Result<bool> complete() = 0;
};
/// A whole file in memory.
std::shared_ptr<VoiceSource> make_voice_source(Bytes file);
/// Errors: file_io.
Result<std::shared_ptr<VoiceSource>> open_voice_file(const std::string& path);

struct PlayerSettings {
  std::uint32_t sample_rate = 48'000;  ///< of what read() gives, mono: 8,000 … 192,000
  double speed = 1.0;                  ///< 0.5 … 3, the pitch stays
  /// What came with the message: gives the duration and the gain before the file is here. Without
  /// it the duration is known once the file's end is, and the gain is 0 dB.
  std::optional<VoiceClip> clip;
  /// Gain toward -18 LUFS (at most ±20 dB), limited so that no sample passes full scale.
  bool normalise = true;
};

enum class PlayerState : std::uint8_t {
  playing,  ///< all that was asked for is there
  waiting,  ///< fewer: the rest has not arrived, or an error comes with the next call
  ended,    ///< fewer, or none: this was the end
};
struct PlayerRead {
  std::size_t frames = 0;  ///< samples written, at PlayerSettings::sample_rate
  PlayerState state = PlayerState::playing;
};

/// Move-only.
class VoicePlayer {
 public:
  /// Reads nothing yet, unless the source is complete: then all its pages, without decoding (3 ms
  /// for 15 minutes), so that a file that breaks a rule is refused here. Errors: invalid_argument
  /// (rate, speed); ogg_*, opus_*; the source's.
  static Result<VoicePlayer> open(std::shared_ptr<VoiceSource> source,
                                  const PlayerSettings& settings = {});
  VoicePlayer(VoicePlayer&&) noexcept;
  VoicePlayer& operator=(VoicePlayer&&) noexcept;
  ~VoicePlayer();

  /// The next samples, -1 … 1. Errors: ogg_*, opus_*, the source's; the player stays where it is.
  Result<PlayerRead> read(std::span<float> pcm);
  Result<PlayerRead> read(std::span<std::int16_t> pcm);
  /// To this sample of the clip, at 48 kHz, exactly; decoding begins 320 ms before it (RFC 7845
  /// §4.6 asks for 80 at least). Behind the end: to the end. Where nothing has arrived yet read()
  /// is `waiting`.
  Result<void> seek(std::uint64_t sample);
  /// 0.5 … 3; or invalid_argument.
  Result<void> set_speed(double speed);
  double speed() const;

  /// At 48 kHz. nullopt: not known yet.
  std::optional<std::uint64_t> duration() const;
  /// Of the next sample that read() gives, at 48 kHz.
  std::uint64_t position() const;
  /// The gain in force, in dB.
  float gain_db() const;

 private:
  struct Impl;
  explicit VoicePlayer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Decodes a whole file to learn what is known of it. Errors: as VoicePlayer's; voice_empty,
/// voice_too_long.
Result<VoiceClip> measure_voice(VoiceSource& source);

/// Calls `visit` with every Opus packet of a whole file, in order. Errors: ogg_*, opus_*.
Result<void> visit_voice_packets(VoiceSource& source,
                                 const std::function<void(ByteSpan packet)>& visit);

}  // namespace tern
