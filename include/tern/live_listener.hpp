// tern::LiveListener: somebody's live voice, heard while they speak.
#pragma once

#include <memory>
#include <span>

#include "tern/result.hpp"
#include "tern/voice_stream.hpp"

namespace tern {

/// Whoever joined late, or missed more than can be concealed, hears the rest from the message that
/// replaces the live voice, from where it stopped: read() then waits until that is here. Move-only;
/// one thread at a time.
class LiveListener {
 public:
  LiveListener(LiveListener&&) noexcept;
  LiveListener& operator=(LiveListener&&) noexcept;
  ~LiveListener();

  /// The next samples, mono, at the rate of listen(). Never waits. Errors: closed; VoicePlayer's,
  /// once it is the message that is played.
  Result<StreamRead> read(std::span<float> pcm);
  /// Of the next sample that read() gives, at 48 kHz.
  std::uint64_t position() const;
  /// Whether it is the durable message that is heard, or waited for.
  bool from_message() const;

 private:
  friend class Chat;
  struct Impl;
  explicit LiveListener(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tern
