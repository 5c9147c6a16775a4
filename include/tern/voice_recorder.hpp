// tern::VoiceRecorder: speech in, Ogg Opus out (RFC 6716, RFC 7845), a page every half second, so
// that what was said a second ago is where the sink puts it.
//
//   auto recorder = tern::VoiceRecorder::start({.sample_rate = 16'000}, std::move(sink)).value();
//   while (auto pcm = microphone()) recorder.push(pcm).value();
//   tern::VoiceClip clip = recorder.finish().value();
//
// Threads: one thread at a time. push() encodes (about 1 % of a core) and hands pages to the sink,
// which may write to a disk: keep it out of an audio device's callback.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "tern/bytes.hpp"
#include "tern/result.hpp"
#include "tern/voice_clip.hpp"

namespace tern {

enum class VoiceQuality : std::uint8_t {
  standard,  ///< 24 kb/s, about 185 KB a minute
  saver,     ///< 16 kb/s
};

struct VoiceSettings {
  VoiceQuality quality = VoiceQuality::standard;
  std::uint32_t sample_rate = 48'000;  ///< of what is pushed: 8,000 … 96,000
  std::uint32_t channels = 1;          ///< of what is pushed: 1, or 2 interleaved (mixed to one)
  /// Of silence over a second at either end only 200 ms stay; of a clip of silence alone its last
  /// second. What is spoken is never faded. What resume() kept of a draft is not trimmed.
  bool trim_silence = false;
  /// Hard CBR, so that the packets' lengths say nothing (RFC 6562); for live voice.
  bool constant_bitrate = false;
  /// Called with each Opus packet of 20 ms, at once, in order; by resume() with those of the draft.
  std::function<void(ByteSpan packet)> on_packet;
};

/// Where a recording goes. Called by the recorder's thread, inside its calls.
class VoiceSink {
 public:
  virtual ~VoiceSink() = default;
  /// More of the file: whole Ogg pages. The first `settled_bytes` of everything written so far,
  /// this included, will stay whatever happens; the rest may be cut by finish().
  /// An error ends the push() that made it, which has taken all its samples; the same pages come
  /// again with the next one. `settled_bytes` and `keep_bytes` count from the file's beginning:
  /// what resume() kept of a draft is part of them.
  virtual Result<void> write(ByteSpan pages, std::uint64_t settled_bytes) = 0;
  /// The end: the file is the first `keep_bytes` of what was written, then `tail`.
  virtual Result<void> finish(const VoiceClip& clip, std::uint64_t keep_bytes, ByteSpan tail) = 0;
  /// Nothing of it is wanted.
  virtual Result<void> discard() = 0;
};

/// A meter's reading, of the last 50 ms.
struct VoiceLevel {
  float peak_dbfs = -96;  ///< -96 … 0
  float rms_dbfs = -96;
};

/// Move-only. Destroying one that was not finished or discarded leaves its pages where they are: a
/// draft, for resume().
class VoiceRecorder {
 public:
  /// Errors: invalid_argument (a rate or a number of channels).
  static Result<VoiceRecorder> start(const VoiceSettings& settings,
                                     std::unique_ptr<VoiceSink> sink);
  /// Goes on behind `draft`, the pages that the sink of a recording that was cut off has kept; a
  /// page that is not whole is left out, and `sink` is told of pages behind the whole ones only.
  /// Decodes the draft: about 4 ms a second of speech. `whole_bytes`, when given, says how much of
  /// the draft is kept: what the sink must cut the file to. Errors: those of VoicePlayer::open();
  /// opus_header_invalid (no draft of a recorder's), invalid_argument (one that was ended).
  static Result<VoiceRecorder> resume(const VoiceSettings& settings,
                                      std::unique_ptr<VoiceSink> sink, ByteSpan draft,
                                      std::uint64_t* whole_bytes = nullptr);
  VoiceRecorder(VoiceRecorder&&) noexcept;
  VoiceRecorder& operator=(VoiceRecorder&&) noexcept;
  ~VoiceRecorder();

  /// The next samples, interleaved; float in -1 … 1. Ignored while paused. Errors: voice_too_long
  /// (everything up to the limit is kept; finish() is what is left to do), the sink's (what is
  /// pushed is kept all the same, until the sink has refused over half a minute of it), closed
  /// (after finish() or discard()).
  Result<void> push(std::span<const float> pcm);
  Result<void> push(std::span<const std::int16_t> pcm);
  /// What was said until now goes to the sink. Errors: the sink's, closed.
  Result<void> pause();
  void unpause();
  bool paused() const;
  VoiceLevel level() const;
  /// How much was recorded, at 48 kHz.
  std::uint64_t samples() const;

  /// Ends the recording; only destroying is left to do when it succeeds, and it may be called again
  /// when the sink failed. Takes the same time however long the clip is. Errors: voice_empty, the
  /// sink's, closed (it has succeeded before).
  Result<VoiceClip> finish();
  /// Tells the sink that nothing of it is wanted, and ends the recording. Errors: the sink's.
  Result<void> discard();

 private:
  struct Impl;
  explicit VoiceRecorder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// A file on disk, in clear: for programs that want one. Written as `path`.part and moved to `path`
/// by finish(). Errors: file_io, also when `path`.part is there: what another recording has left is
/// resume_voice_file()'s, or to be removed. Its calls': file_io, closed (after its end).
Result<std::unique_ptr<VoiceSink>> make_voice_file(const std::string& path);
/// Goes on with `path`.part, as VoiceRecorder::resume() does, in the same file. Errors: resume()'s;
/// file_io (there is none, or it is being recorded), too_long. Then the file is as it was.
Result<VoiceRecorder> resume_voice_file(const std::string& path, const VoiceSettings& settings);
/// Into `file`, which outlives the sink.
std::unique_ptr<VoiceSink> make_voice_buffer(Bytes& file);

/// Turns a whole file, WAV (PCM of 8 to 32 bits, float) or Ogg Opus (mapping family 0), into what a
/// recorder would have made of it. Mono Ogg Opus keeps its packets and loses its comments; the rest
/// is encoded with `settings` (its rate and channels are the file's). Errors: voice_format_unknown,
/// wav_*, ogg_*, opus_*, voice_empty, voice_too_long, too_long (limits::voice_import_bytes_max),
/// the sink's. Nothing is written before the whole file was found good: all of it is decoded here,
/// on the caller's thread (about 4 ms a second of speech), and encoded unless its packets stay.
Result<VoiceClip> import_voice(ByteSpan file, const VoiceSettings& settings,
                               std::unique_ptr<VoiceSink> sink);

}  // namespace tern
